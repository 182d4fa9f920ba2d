with events as (select * from {{ ref("base_cdevents__events") }} where not is_set_aside),

incidents as (
    select
        'cdevents' as source,
        -- ids
        concat('cdevents:incident:', subject_key) as incident_key,
        'incident' as kind,
        max(subject_id) as number,
        cast(null as {{ dbt.type_string() }}) as project_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        -- text
        coalesce({{ agg_sorted("service") }}, {{ no_texts() }}) as service_names,
        {{ no_texts() }} as service_aliases,
        {{ no_texts() }} as labels,
        cast(null as {{ dbt.type_string() }}) as severity_name,
        cast(null as {{ dbt.type_string() }}) as priority_name,
        case when max_by(predicate, concat({{ iso_utc("occurred_at") }}, '|', record_key)) = 'resolved' then 'resolved' else 'open' end as state,
        cast(null as {{ dbt.type_string() }}) as merged_into_key,
        coalesce(
            {{ agg_sorted("coalesce(ticket_uri, artifact)") }}, {{ no_texts() }}
        ) as named_references,
        {{ no_texts() }} as cause_references,
        -- numbers
        cast(0 as bigint) as reopened_count,
        -- flags
        false as is_deleted,
        max_by(ticket_uri, concat({{ iso_utc("occurred_at") }}, '|', record_key)) filter (where ticket_uri is not null) as url,
        -- timestamps
        min(occurred_at) as opened_at,
        cast(null as timestamp) as acknowledged_at,
        cast(null as timestamp) as mitigated_at,
        case when max_by(predicate, concat({{ iso_utc("occurred_at") }}, '|', record_key)) = 'resolved' then max(occurred_at) end as resolved_at,
        cast(null as timestamp) as postmortem_at,
        cast(null as {{ dbt.type_string() }}) as actor_key,
        -- lineage
        max_by(record_key, concat({{ iso_utc("occurred_at") }}, '|', record_key)) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from events
    where subject = 'incident'
        and predicate in ('detected', 'reported', 'resolved')
    group by subject_key
    -- one of which only the end is known has no beginning
    having min(occurred_at) filter (where predicate <> 'resolved') is not null
)

select * from incidents
