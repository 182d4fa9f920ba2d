{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_azure_devops__builds") }}
    {{ touched(ref("base_azure_devops__builds"), "build_key") }}
),

runs as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        {{ latest_fragment("repository_id") }} as repository_id,
        {{ latest_fragment("repository_key") }} as repository_key,
        {{ latest_fragment("commit_sha") }} as commit_sha,
        {{ actor_key(latest_fragment("user_name")) }} as actor_key,
        max_by(definition_id, version_key) as definition_id,
        -- text
        {{ latest_fragment("definition") }} as definition,
        {{ latest_fragment("result") }} as result,
        {{ latest_fragment("reason") }} as reason,
        {{ latest_fragment("branch") }} as branch,
        {{ latest_fragment("url") }} as url,
        -- timestamps
        {{ latest_fragment("queued_at") }} as queued_at,
        {{ latest_fragment("started_at") }} as started_at,
        {{ latest_fragment("finished_at") }} as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from runs
