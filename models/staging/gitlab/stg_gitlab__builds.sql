with pipelines as (select * from {{ ref("stg_gitlab__pipelines") }}),

runs as (select * from {{ ref("stg_gitlab__runs") }}),

jobs as (select * from {{ ref("stg_gitlab__jobs") }}),

trigger_jobs as (select * from {{ ref("stg_gitlab__trigger_jobs") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

-- a list of pipelines tells neither start nor end, and a retry ends a pipeline again
spans as (
    select
        pipeline_key,
        min(started_at) as started_at,
        case when bool_and(status in ('success', 'failed', 'canceled', 'skipped', 'manual')) then max(finished_at) end as finished_at
    from (
        select pipeline_key, status, started_at, finished_at from jobs
        union all
        -- where a pipeline waits for its children, these jobs end with them
        select pipeline_key, status, started_at, finished_at from trigger_jobs
    )
    group by 1
),

attempts as (
    select
        pipelines.build_key, 'run' as kind, pipelines.build_key as run_key, pipelines.repository_id, pipelines.name, 1 as attempt,
        pipelines.trigger_source, pipelines.branch, pipelines.commit_sha, null as environment_name, pipelines.status,
        false as is_allowed_failure, pipelines.url, pipelines.user_id, pipelines.created_at, spans.started_at,
        case when pipelines.status in ('success', 'failed', 'canceled', 'skipped')
            then coalesce(pipelines.finished_at, spans.finished_at, pipelines.seen_finished_at)
        end as finished_at,
        pipelines.record_key, pipelines._dlt_load_id
    from pipelines
    left join spans on pipelines.build_key = spans.pipeline_key
    -- a child is part of its parent's run; its jobs are that run's jobs
    where coalesce(pipelines.trigger_source, '') <> 'parent_pipeline'
    union all
    select
        jobs.build_key, 'job', coalesce(runs.run_key, jobs.pipeline_key), jobs.repository_id, jobs.name,
        -- a job that is retried is a new one of the same name
        row_number() over (partition by jobs.pipeline_key, jobs.name order by jobs.job_id),
        pipelines.trigger_source, coalesce(case when not jobs.is_tag then jobs.ref end, pipelines.branch),
        coalesce(jobs.commit_sha, pipelines.commit_sha),
        jobs.environment_name, jobs.status, jobs.is_allowed_failure, jobs.url, jobs.user_id,
        jobs.created_at, jobs.started_at, jobs.finished_at, jobs.record_key, jobs._dlt_load_id
    from jobs
    left join pipelines on jobs.pipeline_key = pipelines.build_key
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
