with versions as (select * from {{ ref("base_incident_io__follow_ups") }} where is_set_aside is not true),

follow_ups as (
    select
        action_key,
        {{ latest("incident_id") }} as incident_id,
        lower({{ latest("status") }}) as status,
        coalesce(max_by(gone_at is not null, version_key), false) as is_gone,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("completed_at")) }} as completed_at,
        {{ latest("issue_url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by action_key
),

incident_actions as (
    select
        'incident_io' as source,
        -- ids
        action_key,
        concat('incident_io:incident:', incident_id) as incident_key,
        -- text
        case
            when is_gone or status in ('not_doing', 'deleted') then 'dropped'
            when status = 'completed' then 'done'
            else 'open'
        end as state,
        -- timestamps
        created_at,
        cast(null as timestamp) as due_at,
        case when status = 'completed' then completed_at end as completed_at,
        url,
        -- lineage
        record_key,
        _dlt_load_id
    from follow_ups
    where incident_id is not null
)

select * from incident_actions
