with workflows as (select * from {{ ref("stg_circleci__workflows") }}),

jobs as (select * from {{ ref("stg_circleci__jobs") }}),

-- a workflow that is run again is a new one of the same pipeline and name
numbered as (
    select *, row_number() over (partition by run_key order by created_at, build_key) as attempt
    from workflows
),

-- a job that a rerun does not repeat is listed there too: it ran in the first
jobs_of as (
    select jobs.*, numbered.build_key as workflow_key
    from (select jobs.*, workflow_key from jobs, {{ explode("jobs.workflow_keys", "workflow_key") }}) as jobs
    inner join numbered on jobs.workflow_key = numbered.build_key
    qualify row_number() over (partition by jobs.build_key order by numbered.created_at, numbered.build_key) = 1
),

started as (
    select workflow_key, min(started_at) as started_at
    from jobs_of
    where not is_approval
    group by 1
),

attempts as (
    select
        numbered.build_key, numbered.build_key as workflow_key, 'run' as kind, numbered.name, numbered.status, numbered.url,
        numbered.created_at, started.started_at, numbered.stopped_at, numbered.record_key, numbered._dlt_load_id
    from numbered
    left join started on numbered.build_key = started.workflow_key
    union all
    select
        build_key, workflow_key, 'job', name, status, null, null, started_at, stopped_at, record_key, _dlt_load_id
    from jobs_of
    where not is_approval
),

builds as (
    select
        'circleci' as source,
        -- ids
        attempts.build_key,
        numbered.run_key,
        numbered.repository_key,
        numbered.commit_sha,
        numbered.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        numbered.trigger,
        numbered.branch,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        case
            when attempts.status = 'success' then 'success'
            when attempts.status in ('failed', 'error', 'infrastructure_fail', 'timedout', 'terminated-unknown') then 'failure'
            when attempts.status = 'canceled' then 'cancelled'
            when attempts.status in ('not_run', 'unauthorized') then 'skipped'
            when attempts.status = 'retried' then 'neutral'
        end as outcome,
        coalesce(attempts.url, numbered.url) as url,
        -- numbers
        numbered.attempt,
        -- flags: what may fail does not show
        false as is_allowed_failure,
        -- timestamps
        attempts.created_at,
        attempts.started_at,
        attempts.stopped_at as finished_at,
        -- lineage
        attempts.record_key,
        attempts._dlt_load_id
    from attempts
    inner join numbered on attempts.workflow_key = numbered.build_key
)

select * from builds
