{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="candidate_key") }}

with versions as (
    select *
    from {{ ref("base_github__deployments") }}
    {{ touched(ref("base_github__deployments"), "candidate_key") }}
),

deployments as (
    select
        -- ids
        candidate_key,
        max_by(record_key, version_key) as record_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        {{ actor_key(latest("creator_login")) }} as actor_key,
        lower({{ latest("sha") }}) as commit_sha,
        {{ latest("run_id") }} as run_id,
        -- text
        {{ latest("task") }} as name,
        {{ latest("ref") }} as ref,
        {{ latest("environment") }} as environment_name,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as created_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by candidate_key
)

select * from deployments
