with runs as (select * from {{ ref("stg_jenkins__runs") }}),

stages as (
    select *
    from {{ ref("base_jenkins__stages") }}
    where is_set_aside is not true
    qualify row_number() over (partition by run_key, stage_id order by version_key desc, record_key) = 1
),

-- a build that failed before it checked out anything is of its job's repository
repositories as (
    select split_part(build_key, ':', 3) as host, job_path, max_by(repository_key, concat({{ iso_utc("started_at") }}, '|', build_key)) as repository_key
    from runs
    where repository_key is not null
    group by 1, 2
),

located as (
    select
        runs.*,
        coalesce(runs.repository_key, repositories.repository_key) as known_repository_key,
        -- built again: the same job and commit
        case
            when runs.commit_sha is null then 1
            else row_number() over (
                partition by split_part(runs.build_key, ':', 3), runs.job_path, runs.commit_sha order by runs.started_at, runs.build_key
            )
        end as attempt
    from runs
    left join repositories on split_part(runs.build_key, ':', 3) = repositories.host and runs.job_path = repositories.job_path
),

attempts as (
    select
        build_key, build_key as run_key, 'run' as kind, job_path as name, result, false as is_allowed_failure, url,
        queued_at as created_at, started_at, finished_at, record_key, _dlt_load_id
    from located
    union all
    select
        concat(stages.run_key, ':stage:', stages.stage_id), stages.run_key, 'job', stages.name, stages.status,
        stages.status = 'FAILED' and stages.run_status in ('SUCCESS', 'UNSTABLE'), located.url,
        null, stages.started_at, stages.finished_at, stages.record_key, stages._dlt_load_id
    from stages
    inner join located on stages.run_key = located.build_key
),

builds as (
    select
        'jenkins' as source,
        -- ids
        attempts.build_key,
        attempts.run_key,
        located.known_repository_key as repository_key,
        located.commit_sha,
        located.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        located.cause as trigger,
        located.branch,
        located.environment_name,
        case
            when attempts.result = 'SUCCESS' then 'success'
            when attempts.result in ('FAILURE', 'FAILED') then 'failure'
            when attempts.result = 'ABORTED' then 'cancelled'
            when attempts.result in ('NOT_BUILT', 'NOT_EXECUTED') then 'skipped'
            when attempts.result = 'UNSTABLE' then 'neutral'
        end as outcome,
        attempts.url,
        -- numbers
        located.attempt,
        -- flags
        attempts.is_allowed_failure,
        -- timestamps
        attempts.created_at,
        attempts.started_at,
        case when attempts.result not in ('IN_PROGRESS', 'PAUSED_PENDING_INPUT') then attempts.finished_at end as finished_at,
        -- lineage
        attempts.record_key,
        attempts._dlt_load_id
    from attempts
    inner join located on attempts.run_key = located.build_key
)

select * from builds
