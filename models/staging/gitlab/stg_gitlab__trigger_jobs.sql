{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="trigger_job_key") }}

with versions as (
    select *
    from {{ ref("base_gitlab__trigger_jobs") }}
    {{ touched(ref("base_gitlab__trigger_jobs"), "trigger_job_key") }}
),

trigger_jobs as (
    select
        -- ids
        trigger_job_key,
        concat('gitlab:pipeline:', {{ latest("pipeline_id") }}) as pipeline_key,
        'gitlab:pipeline:' || {{ latest("downstream_pipeline_id") }} as triggered_key,
        -- text
        {{ latest("status") }} as status,
        -- timestamps
        max({{ ts_utc(json_text("started_at")) }}) as started_at,
        max({{ ts_utc(json_text("finished_at")) }}) as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by trigger_job_key
)

select * from trigger_jobs
