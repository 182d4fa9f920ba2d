with executions as (
    select
        *,
        -- run again: the same pipeline and commit
        case
            when commit_sha is null then 1
            else row_number() over (partition by pipeline, commit_sha order by started_at, build_key)
        end as attempt
    from {{ ref("stg_harness__executions") }}
),

stages as (select * from {{ ref("stg_harness__stages") }}),

attempts as (
    select
        build_key, build_key as run_key, 'run' as kind, pipeline as name,
        case
            when status in ('success', 'ignorefailed') then 'success'
            when status in ('failed', 'errored', 'expired') then 'failure'
            when status in ('aborted', 'abortedbyfreeze', 'approvalrejected', 'suspended') then 'cancelled'
            when status = 'skipped' then 'skipped'
        end as outcome,
        false as is_allowed_failure, cast(null as {{ dbt.type_string() }}) as environment_name,
        created_at, started_at, finished_at, record_key, _dlt_load_id
    from executions
    union all
    select
        build_key, run_key, 'job', coalesce(name, build_key), outcome, is_allowed_failure, environment_name,
        null, started_at, finished_at, record_key, _dlt_load_id
    from stages
),

builds as (
    select
        'harness' as source,
        -- ids
        attempts.build_key,
        attempts.run_key,
        executions.repository_key,
        executions.commit_sha,
        executions.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        executions.trigger,
        executions.branch,
        attempts.environment_name,
        attempts.outcome,
        executions.url,
        -- numbers
        coalesce(executions.attempt, 1) as attempt,
        -- flags
        attempts.is_allowed_failure,
        -- timestamps
        attempts.created_at,
        attempts.started_at,
        attempts.finished_at,
        -- lineage
        attempts.record_key,
        attempts._dlt_load_id
    from attempts
    left join executions on attempts.run_key = executions.build_key
)

select * from builds
