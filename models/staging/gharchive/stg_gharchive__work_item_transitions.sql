{% set text = dbt.type_string() %}

with events as (
    select *
    from {{ ref("base_gharchive__events") }}
    where event_type = 'IssuesEvent'
        and number is not null
        and action in ('opened', 'closed', 'reopened', 'labeled', 'unlabeled')
        and not is_set_aside
),

work_item_transitions as (
    select
        'gharchive' as source,
        -- ids
        concat('gharchive:', coalesce(repository_id, repository_name), ':issue:', number) as work_item_key,
        concat('gharchive:event:', record_key) as transition_key,
        -- timestamps
        occurred_at,
        -- text
        case action when 'opened' then 'created' else action end as kind,
        case when action in ('labeled', 'unlabeled') then {{ json_text("label") }} end as label,
        cast(null as {{ text }}) as from_status,
        cast(null as {{ text }}) as to_status,
        cast(null as {{ text }}) as to_category,
        {{ actor_key("login") }} as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from events
)

select * from work_item_transitions
