with events as (
    select
        *,
        row_number() over (partition by subject_key, predicate order by occurred_at, record_key) as nth
    from {{ ref("base_cdevents__events") }}
    where subject = 'incident'
        and predicate in ('detected', 'reported', 'resolved')
        and not is_set_aside
),

incident_events as (
    select
        'cdevents' as source,
        concat('cdevents:event:', record_key) as event_key,
        concat('cdevents:incident:', subject_key) as incident_key,
        case predicate when 'resolved' then 'resolved' else 'opened' end as kind,
        occurred_at,
        cast(null as {{ dbt.type_string() }}) as actor_key,
        record_key,
        _dlt_load_id
    from events
    -- detected, then reported: it was opened once
    qualify row_number() over (
        partition by subject_key, case predicate when 'resolved' then predicate end, case predicate when 'resolved' then nth end
        order by occurred_at, record_key
    ) = 1
)

select * from incident_events
