with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'approval'
        and not is_set_aside
),

approvals as (
    select
        'generic' as source,
        concat('generic:approval:', id) as approval_key,
        {{ latest("subject_kind") }} as subject_kind,
        concat('generic:', {{ latest("subject_kind") }}, ':', {{ latest("subject") }}) as subject_key,
        {{ latest("service") }} as service_name,
        {{ latest("environment") }} as environment_name,
        {{ latest("state") }} as state,
        {{ ts_utc(latest("requested_at")) }} as requested_at,
        {{ ts_utc(latest("decided_at")) }} as decided_at,
        {{ actor_key(latest("approver")) }} as actor_key,
        {{ actor_key(latest("requester")) }} as requester_key,
        {{ latest("url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from approvals
