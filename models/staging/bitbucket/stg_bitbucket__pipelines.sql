{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_bitbucket__pipelines") }}
    {{ touched(ref("base_bitbucket__pipelines"), "build_key") }}
),

pipelines as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        max(repository_id) as repository_id,
        max(pipeline_id) as pipeline_id,
        lower(trim({{ latest("creator_uuid") }}, '{}')) as user_id,
        lower({{ latest("hash") }}) as commit_sha,
        -- text
        {{ latest("trigger_name") }} as trigger_name,
        case when coalesce({{ latest("ref_type") }}, 'branch') like '%branch'
            then coalesce({{ latest("ref_name") }}, {{ latest("source_branch") }})
        end as branch,
        {{ latest("state") }} as state,
        {{ latest("result") }} as result,
        -- numbers
        coalesce(try_cast({{ latest("run_number") }} as bigint), 1) as attempt,
        try_cast({{ latest("build_number") }} as bigint) as build_number,
        -- timestamps
        {{ ts_utc(latest("created_on")) }} as created_at,
        {{ ts_utc(latest("completed_on")) }} as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from pipelines
