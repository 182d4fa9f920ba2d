with updates as (
    select *
    from {{ ref("base_pagerduty__incident_updates") }}
    where is_set_aside is not true and action_key is not null
),

incident_actions as (
    select
        'pagerduty' as source,
        -- ids
        action_key,
        max_by(incident_key, version_key) as incident_key,
        -- text
        case when max_by(told, version_key) = 'task.completed' then 'done' else 'open' end as state,
        -- timestamps
        min(told_at) as created_at,
        cast(null as timestamp) as due_at,
        case when max_by(told, version_key) = 'task.completed' then max(told_at) filter (where told = 'task.completed') end as completed_at,
        cast(null as {{ dbt.type_string() }}) as url,
        -- lineage
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from updates
    group by action_key
)

select * from incident_actions
