with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'incident_event'
        and not is_set_aside
),

incident_events as (
    select
        'generic' as source,
        concat('generic:incident_event:', id) as event_key,
        'generic:incident:' || {{ latest("incident") }} as incident_key,
        {{ latest("kind") }} as kind,
        {{ ts_utc(latest("occurred_at")) }} as occurred_at,
        {{ actor_key(latest("actor")) }} as actor_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from incident_events
