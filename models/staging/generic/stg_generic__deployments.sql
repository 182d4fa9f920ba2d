with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'deployment'
        and not is_set_aside
),

deployments as (
    select
        'generic' as source,
        concat('generic:deployment:', id) as candidate_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        lower({{ latest("sha") }}) as commit_sha,
        'generic:build:' || {{ latest("build") }} as build_run_key,
        {{ actor_key(latest("actor")) }} as actor_key,
        {{ latest("service") }} as service_name,
        'deployment' as kind,
        {{ latest("name") }} as name,
        {{ latest("branch") }} as branch,
        {{ latest("tag") }} as tag_name,
        {{ latest("environment") }} as environment_name,
        case when {{ latest("outcome") }} in ('success', 'failure') then {{ latest("outcome") }} end as outcome,
        {{ latest("url") }} as url,
        coalesce({{ latest("is_prerelease") }} = 'true', false) as is_prerelease,
        coalesce({{ latest("is_deleted") }} = 'true' or {{ latest("outcome") }} in ('cancelled', 'skipped'), false) as is_deleted,
        coalesce({{ ts_utc(latest("created_at")) }}, {{ ts_utc(latest("started_at")) }}, {{ ts_utc(latest("finished_at")) }}) as created_at,
        coalesce({{ ts_utc(latest("started_at")) }}, {{ ts_utc(latest("created_at")) }}, {{ ts_utc(latest("finished_at")) }}) as started_at,
        case when {{ latest("outcome") }} <> 'in_progress' then {{ ts_utc(latest("finished_at")) }} end as finished_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from deployments
