{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_circleci__workflows") }}
    {{ touched(ref("base_circleci__workflows"), "build_key") }}
),

workflows as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        max_by(run_key, version_key) as run_key,
        {{ latest_fragment("repository_key") }} as repository_key,
        {{ latest_fragment("commit_sha") }} as commit_sha,
        {{ actor_key(latest_fragment("actor_id")) }} as actor_key,
        -- text
        max_by(name, version_key) as name,
        {{ latest_fragment("status") }} as status,
        {{ latest_fragment("trigger") }} as trigger,
        {{ latest_fragment("branch") }} as branch,
        {{ latest_fragment("url") }} as url,
        -- timestamps
        min(created_at) as created_at,
        max(stopped_at) as stopped_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from workflows
