{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_github__workflow_jobs") }}
    {{ touched(ref("base_github__workflow_jobs"), "build_key") }}
),

workflow_jobs as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        concat('github:run:', {{ latest("run_id") }}) as run_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        lower({{ latest("head_sha") }}) as commit_sha,
        -- text
        {{ latest("name") }} as name,
        {{ latest("head_branch") }} as branch,
        {{ latest("status") }} as status,
        {{ latest("conclusion") }} as conclusion,
        {{ latest("html_url") }} as url,
        -- numbers
        coalesce(try_cast({{ latest("run_attempt") }} as bigint), 1) as attempt,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("started_at")) }} as started_at,
        {{ ts_utc(latest("completed_at")) }} as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from workflow_jobs
