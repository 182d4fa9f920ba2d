with pipelines as (select * from {{ ref("stg_gitlab__pipelines") }}),

jobs as (select * from {{ ref("stg_gitlab__jobs") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

-- children of children included: GitLab nests them two deep
runs as (
    select
        pipelines.*,
        coalesce(parents.parent_key, pipelines.parent_key, pipelines.build_key) as run_key
    from pipelines
    left join pipelines as parents on pipelines.parent_key = parents.build_key
),

-- a list of pipelines tells neither start nor end, and a retry ends a pipeline again
spans as (
    select
        pipeline_key,
        min(started_at) as started_at,
        case when bool_and(status in ('success', 'failed', 'canceled', 'skipped', 'manual')) then max(finished_at) end as finished_at
    from jobs
    group by 1
),

attempts as (
    select
        runs.build_key, 'run' as kind, runs.run_key, runs.repository_id, runs.name, 1 as attempt, runs.trigger_source, runs.branch,
        runs.commit_sha, null as environment_name, runs.status, false as is_allowed_failure, runs.url, runs.user_id,
        runs.created_at, spans.started_at,
        case when runs.status in ('success', 'failed', 'canceled', 'skipped')
            then coalesce(runs.finished_at, spans.finished_at, runs.seen_finished_at)
        end as finished_at,
        runs.record_key, runs._dlt_load_id
    from runs
    left join spans on runs.build_key = spans.pipeline_key
    -- a child is part of its parent's run; its jobs are that run's jobs
    where coalesce(runs.trigger_source, '') <> 'parent_pipeline'
    union all
    select
        jobs.build_key, 'job', coalesce(runs.run_key, jobs.pipeline_key), jobs.repository_id, jobs.name,
        -- a job that is retried is a new one of the same name
        row_number() over (partition by jobs.pipeline_key, jobs.name order by jobs.job_id),
        runs.trigger_source, coalesce(case when not jobs.is_tag then jobs.ref end, runs.branch), coalesce(jobs.commit_sha, runs.commit_sha),
        jobs.environment_name, jobs.status, jobs.is_allowed_failure, jobs.url, jobs.user_id,
        jobs.created_at, jobs.started_at, jobs.finished_at, jobs.record_key, jobs._dlt_load_id
    from jobs
    left join runs on jobs.pipeline_key = runs.build_key
),

builds as (
    select
        'gitlab' as source,
        -- ids
        attempts.build_key,
        attempts.run_key,
        projects.repository_key,
        attempts.commit_sha,
        actors.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        attempts.trigger_source as trigger,
        attempts.branch,
        attempts.environment_name,
        case attempts.status
            when 'success' then 'success'
            when 'failed' then 'failure'
            when 'canceled' then 'cancelled'
            when 'skipped' then 'skipped'
            -- nobody has started it by hand: it did nothing
            when 'manual' then case attempts.kind when 'job' then 'skipped' end
        end as outcome,
        attempts.url,
        -- numbers
        cast(attempts.attempt as bigint) as attempt,
        -- flags
        attempts.is_allowed_failure,
        -- timestamps
        attempts.created_at,
        attempts.started_at,
        case when attempts.status in ('success', 'failed', 'canceled', 'skipped') then attempts.finished_at end as finished_at,
        -- lineage
        attempts.record_key,
        attempts._dlt_load_id
    from attempts
    inner join projects on attempts.repository_id = projects.repository_ref
    left join actors on attempts.user_id = actors.user_id
)

select * from builds
