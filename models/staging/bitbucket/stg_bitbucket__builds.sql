with pipelines as (select * from {{ ref("stg_bitbucket__pipelines") }}),

step_versions as (select * from {{ ref("base_bitbucket__steps") }} where is_set_aside is not true),

status_versions as (select * from {{ ref("base_bitbucket__commit_statuses") }} where is_set_aside is not true),

deployments as (select * from {{ ref("base_bitbucket__deployments") }} where is_set_aside is not true and step_id is not null),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

actors as (select * from {{ ref("stg_bitbucket__actors") }}),

environments as (
    select step_id, max({{ json_text("environment_name") }}) as environment_name
    from deployments
    group by 1
),

steps as (
    select
        build_key, max(pipeline_id) as pipeline_id, max(step_id) as step_id, max(repository_id) as repository_id,
        {{ latest("name") }} as name, coalesce(try_cast({{ latest("run_number") }} as bigint), 1) as attempt,
        {{ latest("state") }} as state, {{ latest("result") }} as result,
        {{ ts_utc(latest("started_on")) }} as started_at, {{ ts_utc(latest("completed_on")) }} as finished_at,
        max_by(record_key, version_key) as record_key, max(_dlt_load_id) as _dlt_load_id
    from step_versions
    group by 1
),

begun as (
    select pipeline_id, min(started_at) as started_at
    from steps
    group by 1
),

-- what any tool says of a commit; of a pipeline of Bitbucket itself it is a sighting of that pipeline
statuses as (
    select
        case
            when build_number is not null then concat('bitbucket:pipeline:', repository_id, ':', build_number)
            else concat('bitbucket:status:', repository_id, ':', commit_hash, ':', {{ json_text("status_key") }})
        end as build_key,
        max(repository_id) as repository_id, max(commit_hash) as commit_hash, {{ latest("name") }} as name, {{ latest("refname") }} as branch,
        upper({{ latest("state") }}) as result, {{ latest("url") }} as url,
        min({{ ts_utc(json_text("created_on")) }}) as created_at,
        max({{ ts_utc(first_text(["updated_on", "created_on"])) }}) filter (where lower({{ json_text("state") }}) <> 'inprogress') as finished_at,
        max_by(record_key, version_key) as record_key, max(_dlt_load_id) as _dlt_load_id
    from status_versions
    group by 1
),

attempts as (
    select
        pipelines.build_key, 'run' as kind, pipelines.build_key as run_key, pipelines.repository_id, pipelines.commit_sha,
        concat('Pipeline #', pipelines.build_number) as name, pipelines.attempt, pipelines.trigger_name, pipelines.branch,
        null as environment_name, case when pipelines.state = 'COMPLETED' then pipelines.result end as result, null as url, pipelines.user_id,
        pipelines.created_at, begun.started_at, pipelines.finished_at, pipelines.record_key, pipelines._dlt_load_id
    from pipelines
    left join begun on pipelines.pipeline_id = begun.pipeline_id
    union all
    select
        steps.build_key, 'job', coalesce(pipelines.build_key, concat('bitbucket:pipeline:', steps.pipeline_id)), steps.repository_id,
        pipelines.commit_sha, steps.name, steps.attempt, pipelines.trigger_name, pipelines.branch, environments.environment_name,
        case when steps.state = 'COMPLETED' then steps.result end, null, pipelines.user_id,
        pipelines.created_at, steps.started_at, steps.finished_at, steps.record_key, steps._dlt_load_id
    from steps
    left join pipelines on steps.pipeline_id = pipelines.pipeline_id
    left join environments on steps.step_id = environments.step_id
    union all
    select
        statuses.build_key, 'run', statuses.build_key, statuses.repository_id,
        case when length(statuses.commit_hash) = 40 then statuses.commit_hash end,
        statuses.name, 1, null, statuses.branch, null, nullif(statuses.result, 'INPROGRESS'), statuses.url, null,
        statuses.created_at, statuses.created_at, statuses.finished_at, statuses.record_key, statuses._dlt_load_id
    from statuses
    where statuses.build_key not in (select build_key from pipelines)
),

builds as (
    select
        'bitbucket' as source,
        -- ids
        attempts.build_key,
        attempts.run_key,
        named.repository_key,
        attempts.commit_sha,
        actors.actor_key,
        -- text
        attempts.kind,
        attempts.name,
        attempts.trigger_name as trigger,
        attempts.branch,
        attempts.environment_name,
        case
            when attempts.result = 'SUCCESSFUL' then 'success'
            when attempts.result in ('FAILED', 'ERROR', 'EXPIRED') then 'failure'
            when attempts.result = 'STOPPED' then 'cancelled'
            when attempts.result in ('NOT_RUN', 'SKIPPED') then 'skipped'
            when attempts.result is not null then 'neutral'
        end as outcome,
        attempts.url,
        -- numbers
        cast(attempts.attempt as bigint) as attempt,
        -- flags: what may fail does not show in a step
        false as is_allowed_failure,
        -- timestamps
        attempts.created_at,
        attempts.started_at,
        case when attempts.result is not null then attempts.finished_at end as finished_at,
        -- lineage
        attempts.record_key,
        attempts._dlt_load_id
    from attempts
    inner join named on attempts.repository_id = named.repository_ref
    left join actors on attempts.user_id = actors.user_id
)

select * from builds
