with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'incident_action'
        and not is_set_aside
),

incident_actions as (
    select
        'generic' as source,
        concat('generic:incident_action:', id) as action_key,
        'generic:incident:' || {{ latest("incident") }} as incident_key,
        {{ latest("state") }} as state,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("due_at")) }} as due_at,
        {{ ts_utc(latest("completed_at")) }} as completed_at,
        {{ latest("url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from incident_actions
