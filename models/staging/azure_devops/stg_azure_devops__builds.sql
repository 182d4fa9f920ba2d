with repositories as (
    select repository_id, {{ latest_fragment("repository_key") }} as repository_key
    from {{ ref("base_azure_devops__repositories") }}
    where is_set_aside is not true
    group by 1
),

runs as (
    select
        runs.*,
        coalesce(repositories.repository_key, runs.repository_key) as known_repository_key,
        -- run again: the same pipeline and commit
        case
            when runs.commit_sha is null then 1
            else row_number() over (partition by runs.definition_id, runs.commit_sha order by runs.queued_at, runs.build_key)
        end as attempt
    from {{ ref("stg_azure_devops__runs") }} as runs
    left join repositories on runs.repository_id = repositories.repository_id
),

jobs as (
    select *, max(attempt) over (partition by run_key, identifier) as last_attempt
    from {{ ref("base_azure_devops__timeline_records") }}
    where is_set_aside is not true
        and kind = 'Job'
    qualify row_number() over (partition by build_key order by version_key desc, record_key) = 1
),

attempts as (
    select
        build_key, build_key as run_key, 'run' as kind, definition as name, result, attempt, false as is_allowed_failure,
        queued_at as created_at, started_at, finished_at, record_key, _dlt_load_id
    from runs
    union all
    select
        jobs.build_key, jobs.run_key, 'job', jobs.name, jobs.result, runs.attempt + jobs.attempt - 1,
        -- one that was run again was not allowed to
        coalesce(jobs.result = 'failed' and jobs.attempt = jobs.last_attempt and runs.result in ('succeeded', 'partiallysucceeded'), false),
        null, jobs.started_at, jobs.finished_at, jobs.record_key, jobs._dlt_load_id
    from jobs
    inner join runs on jobs.run_key = runs.build_key
),

builds as (
    select
        'azure_devops' as source,
        -- ids
        attempts.build_key,
        attempts.run_key,
        runs.known_repository_key as repository_key,
        runs.commit_sha,
        runs.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        runs.reason as trigger,
        runs.branch,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        case
            -- what was allowed to fail did
            when attempts.result in ('succeeded', 'partiallysucceeded', 'succeededwithissues') then 'success'
            when attempts.result = 'failed' then 'failure'
            when attempts.result in ('canceled', 'abandoned') then 'cancelled'
            when attempts.result = 'skipped' then 'skipped'
        end as outcome,
        runs.url,
        -- numbers
        attempts.attempt,
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
    inner join runs on attempts.run_key = runs.build_key
)

select * from builds
