with runs as (select * from {{ ref("stg_github__workflow_runs") }}),

jobs as (select * from {{ ref("stg_github__workflow_jobs") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

-- a job does not say what started its run, nor who; any attempt of the run does
triggers as (
    select run_key, max(trigger_event) as trigger_event, max_by(actor_key, attempt) as actor_key, max_by(branch, attempt) as branch
    from runs
    group by 1
),

attempts as (
    select
        build_key, 'run' as kind, run_key, repository_ref, name, attempt, trigger_event, created_at, started_at, finished_at,
        status, conclusion, commit_sha, branch, actor_key, url, record_key, _dlt_load_id
    from runs
    union all
    select
        jobs.build_key, 'job' as kind, jobs.run_key, jobs.repository_ref, jobs.name, jobs.attempt, triggers.trigger_event,
        jobs.created_at, jobs.started_at, jobs.finished_at, jobs.status, jobs.conclusion, jobs.commit_sha,
        coalesce(jobs.branch, triggers.branch) as branch, triggers.actor_key, jobs.url, jobs.record_key, jobs._dlt_load_id
    from jobs
    left join triggers on jobs.run_key = triggers.run_key
),

builds as (
    select
        'github' as source,
        -- ids
        attempts.build_key,
        attempts.run_key,
        repository_references.repository_key,
        attempts.commit_sha,
        attempts.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        attempts.trigger_event as trigger,
        attempts.branch,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        case
            when attempts.status <> 'completed' then null
            when attempts.conclusion = 'success' then 'success'
            when attempts.conclusion in ('failure', 'timed_out', 'startup_failure') then 'failure'
            when attempts.conclusion = 'cancelled' then 'cancelled'
            when attempts.conclusion = 'skipped' then 'skipped'
            when attempts.conclusion is not null then 'neutral'
        end as outcome,
        attempts.url,
        -- numbers
        attempts.attempt,
        -- flags: what may fail does not show in a job
        false as is_allowed_failure,
        -- timestamps
        attempts.created_at,
        attempts.started_at,
        case when attempts.status = 'completed' then attempts.finished_at end as finished_at,
        -- lineage
        attempts.record_key,
        attempts._dlt_load_id
    from attempts
    inner join repository_references on attempts.repository_ref = repository_references.repository_ref
)

select * from builds
