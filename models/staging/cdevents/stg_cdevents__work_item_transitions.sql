{% set text = dbt.type_string() %}

with events as (
    select *
    from {{ ref("base_cdevents__events") }}
    where subject = 'ticket'
        and predicate in ('created', 'closed')
        and not is_set_aside
),

work_item_transitions as (
    select
        'cdevents' as source,
        -- ids
        concat('cdevents:ticket:', subject_key) as work_item_key,
        concat('cdevents:event:', record_key) as transition_key,
        occurred_at,
        -- text
        predicate as kind,
        cast(null as {{ text }}) as label,
        cast(null as {{ text }}) as from_status,
        cast(null as {{ text }}) as to_status,
        cast(null as {{ text }}) as to_category,
        cast(null as {{ text }}) as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from events
)

select * from work_item_transitions
