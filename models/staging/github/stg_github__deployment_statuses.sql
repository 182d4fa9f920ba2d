{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="status_key") }}

with versions as (
    select *
    from {{ ref("base_github__deployment_statuses") }}
    {{ touched(ref("base_github__deployment_statuses"), "status_key") }}
),

statuses as (
    select
        -- ids
        status_key,
        max_by(record_key, version_key) as record_key,
        concat('github:deployment:', coalesce(
            {{ latest("deployment_id") }},
            regexp_extract({{ latest("deployment_url") }}, '/deployments/([0-9]+)', 1)
        )) as candidate_key,
        coalesce(
            {{ latest("run_id") }},
            nullif(regexp_extract(coalesce({{ latest("log_url") }}, ''), '/actions/runs/([0-9]+)', 1), ''),
            nullif(regexp_extract(coalesce({{ latest("target_url") }}, ''), '/actions/runs/([0-9]+)', 1), '')
        ) as run_id,
        -- text
        lower({{ latest("state") }}) as state,
        {{ latest("environment") }} as environment_name,
        coalesce(nullif({{ latest("log_url") }}, ''), nullif({{ latest("target_url") }}, '')) as url,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as occurred_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by status_key
)

select * from statuses
