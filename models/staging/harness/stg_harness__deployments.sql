with stages as (select * from {{ ref("stg_harness__stages") }} where service_name is not null),

executions as (select * from {{ ref("stg_harness__executions") }}),

deployments as (
    select
        'harness' as source,
        -- ids
        replace(stages.build_key, 'harness:execution:', 'harness:deployment:') as candidate_key,
        executions.repository_key,
        coalesce(stages.artifact_sha, executions.commit_sha) as commit_sha,
        stages.run_key as build_run_key,
        executions.actor_key,
        stages.service_name,
        -- text
        'deployment' as kind,
        stages.name,
        executions.branch,
        cast(null as {{ dbt.type_string() }}) as tag_name,
        stages.environment_name,
        -- a failure that was to be ignored is none, and no roll-out either
        case when stages.is_allowed_failure then 'skipped' else stages.outcome end as outcome,
        executions.url,
        -- flags
        false as is_prerelease,
        false as is_deleted,
        -- timestamps
        coalesce(stages.started_at, executions.created_at) as created_at,
        stages.started_at,
        case when stages.outcome is not null then stages.finished_at end as finished_at,
        -- lineage
        stages.record_key,
        stages._dlt_load_id
    from stages
    left join executions on stages.run_key = executions.build_key
)

select * from deployments
