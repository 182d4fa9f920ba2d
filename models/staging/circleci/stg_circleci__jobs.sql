{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_circleci__jobs") }}
    {{ touched(ref("base_circleci__jobs"), "build_key") }}
),

jobs as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        {{ agg_sorted("workflow_key") }} as workflow_keys,
        {{ actor_key(latest_fragment("actor_id")) }} as actor_key,
        -- text
        max_by(name, version_key) as name,
        max_by(status, version_key) as status,
        -- flags
        bool_or(is_approval) as is_approval,
        -- timestamps
        min(started_at) as started_at,
        max(stopped_at) as stopped_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from jobs
