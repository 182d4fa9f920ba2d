with pipelines as (select * from {{ ref("stg_gitlab__pipelines") }}),

trigger_jobs as (select * from {{ ref("stg_gitlab__trigger_jobs") }}),

-- a pipeline of another project starts one as anything else does; only a child is part of its parent
children as (
    select pipelines.build_key, max(coalesce(pipelines.parent_key, trigger_jobs.pipeline_key)) as parent_key
    from pipelines
    left join trigger_jobs on pipelines.build_key = trigger_jobs.triggered_key
    where pipelines.trigger_source = 'parent_pipeline'
    group by 1
),

-- children of children included: GitLab nests them two deep
runs as (
    select
        pipelines.build_key,
        coalesce(parents.parent_key, children.parent_key, pipelines.build_key) as run_key,
        pipelines._dlt_load_id
    from pipelines
    left join children on pipelines.build_key = children.build_key
    left join children as parents on children.parent_key = parents.build_key
)

select * from runs
