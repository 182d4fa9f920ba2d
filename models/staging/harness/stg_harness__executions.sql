{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_harness__pipeline_executions") }}
    {{ touched(ref("base_harness__pipeline_executions"), "build_key") }}
),

executions as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        {{ latest_fragment("repository_key") }} as repository_key,
        {{ latest_fragment("commit_sha") }} as commit_sha,
        {{ actor_key(latest_fragment("user_email")) }} as actor_key,
        -- text
        max_by(pipeline, version_key) as pipeline,
        {{ latest_fragment("status") }} as status,
        {{ latest_fragment("trigger") }} as trigger,
        {{ latest_fragment("branch") }} as branch,
        {{ latest_fragment("url") }} as url,
        -- timestamps
        {{ latest_fragment("created_at") }} as created_at,
        {{ latest_fragment("started_at") }} as started_at,
        {{ latest_fragment("finished_at") }} as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from executions
