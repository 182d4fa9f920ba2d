with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'sprint'
        and not is_set_aside
),

sprints as (
    select
        'generic' as source,
        concat('generic:sprint:', id) as sprint_key,
        'generic:' || lower({{ latest("project") }}) as project_key,
        {{ latest("name") }} as name,
        {{ latest("state") }} as state,
        {{ ts_utc(latest("starts_at")) }} as starts_at,
        {{ ts_utc(latest("ends_at")) }} as ends_at,
        {{ ts_utc(latest("completed_at")) }} as completed_at,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        {{ latest("url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from sprints
