{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_jenkins__builds") }}
    {{ touched(ref("base_jenkins__builds"), "build_key") }}
),

runs as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        {{ latest_fragment("repository_key") }} as repository_key,
        {{ latest_fragment("commit_sha") }} as commit_sha,
        {{ actor_key(latest_fragment("user_id")) }} as actor_key,
        -- text
        max_by(job_path, version_key) as job_path,
        {{ latest_fragment("cause") }} as cause,
        {{ latest_fragment("branch") }} as branch,
        {{ latest_fragment("environment_name") }} as environment_name,
        {{ latest_fragment("result") }} as result,
        max_by(url, version_key) as url,
        -- timestamps: of two clocks of one moment, such as the end and the end of what follows it, the first
        min(queued_at) as queued_at,
        min(started_at) as started_at,
        min(finished_at) as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from runs
