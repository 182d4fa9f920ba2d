with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'build'
        and not is_set_aside
),

builds as (
    select
        'generic' as source,
        concat('generic:build:', id) as build_key,
        concat('generic:build:', coalesce({{ latest("run") }}, id)) as run_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        lower({{ latest("sha") }}) as commit_sha,
        {{ actor_key(latest("actor")) }} as actor_key,
        {{ latest("kind") }} as kind,
        {{ latest("name") }} as name,
        {{ latest("trigger") }} as trigger,
        {{ latest("branch") }} as branch,
        {{ latest("environment") }} as environment_name,
        nullif({{ latest("outcome") }}, 'in_progress') as outcome,
        {{ latest("url") }} as url,
        try_cast({{ latest("attempt") }} as bigint) as attempt,
        coalesce({{ latest("is_allowed_failure") }} = 'true', false) as is_allowed_failure,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("started_at")) }} as started_at,
        case when {{ latest("outcome") }} <> 'in_progress' then {{ ts_utc(latest("finished_at")) }} end as finished_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from builds
