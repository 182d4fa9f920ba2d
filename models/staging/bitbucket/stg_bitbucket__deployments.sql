with versions as (select * from {{ ref("base_bitbucket__deployments") }} where is_set_aside is not true),

pipelines as (select * from {{ ref("stg_bitbucket__pipelines") }}),

tags as (select * from {{ ref("stg_bitbucket__tags") }}),

pushes as (
    select *
    from {{ ref("base_bitbucket__pushes") }}
    where is_set_aside is not true and kind = 'branch' and after_sha is not null
),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

actors as (select * from {{ ref("stg_bitbucket__actors") }}),

rollouts as (
    select
        candidate_key,
        max_by(record_key, version_key) as record_key,
        max(repository_id) as repository_id,
        max(pipeline_id) as pipeline_id,
        lower({{ latest("hash") }}) as commit_sha,
        lower(trim({{ latest("deployer_uuid") }}, '{}')) as user_id,
        {{ latest("environment_name") }} as environment_name,
        coalesce({{ latest("url") }}, {{ latest("release_url") }}) as url,
        {{ latest("state") }} as state,
        {{ latest("status") }} as status,
        {{ ts_utc(latest("created_on")) }} as created_at,
        coalesce({{ ts_utc(latest("started_on")) }}, {{ ts_utc(latest("start_date")) }}) as started_at,
        coalesce({{ ts_utc(latest("completed_on")) }}, {{ ts_utc(latest("completion_date")) }}, {{ ts_utc(latest("last_update_time")) }}) as finished_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by candidate_key
),

candidates as (
    select
        rollouts.candidate_key, 'deployment' as kind, rollouts.repository_id, cast(null as {{ dbt.type_string() }}) as name, pipelines.branch,
        null as tag_name, rollouts.environment_name, coalesce(rollouts.commit_sha, pipelines.commit_sha) as commit_sha,
        pipelines.build_key as build_run_key, rollouts.created_at, rollouts.started_at,
        case when rollouts.state = 'COMPLETED' then rollouts.finished_at end as finished_at,
        case
            when rollouts.state <> 'COMPLETED' then null
            when rollouts.status = 'SUCCESSFUL' then 'success'
            when rollouts.status = 'FAILED' then 'failure'
            when rollouts.status = 'STOPPED' then 'cancelled'
            else 'neutral'
        end as outcome,
        false as is_deleted, coalesce(rollouts.user_id, pipelines.user_id) as user_id, rollouts.url, rollouts.record_key, rollouts._dlt_load_id
    from rollouts
    left join pipelines on rollouts.pipeline_id = pipelines.pipeline_id
    -- nobody has started it
    where rollouts.state <> 'UNDEPLOYED'
    union all
    select
        candidate_key, 'tag', repository_id, tag_name, null, tag_name, null, commit_sha, null, finished_at, finished_at, finished_at,
        case when finished_at is not null then 'success' end, is_deleted, user_id, null, record_key, _dlt_load_id
    from tags
    union all
    select
        concat('bitbucket:push:', md5(concat_ws('|', repository_id, ref_name, coalesce(before_sha, ''), after_sha))), 'branch', repository_id,
        ref_name, ref_name, null, null, after_sha, null, min(pushed_at), min(pushed_at), min(pushed_at), 'success', false,
        min(lower(trim(actor_uuid, '{}'))), null, min(record_key), max(_dlt_load_id)
    from pushes
    group by repository_id, ref_name, before_sha, after_sha
),

deployments as (
    select
        'bitbucket' as source,
        -- ids
        candidates.candidate_key,
        named.repository_key,
        candidates.commit_sha,
        candidates.build_run_key,
        actors.actor_key,
        cast(null as {{ dbt.type_string() }}) as service_name,
        -- text
        candidates.kind,
        candidates.name,
        candidates.branch,
        candidates.tag_name,
        candidates.environment_name,
        candidates.outcome,
        coalesce(candidates.url, concat('https://', named.repository_key, '/commits/', candidates.commit_sha)) as url,
        -- flags
        false as is_prerelease,
        candidates.is_deleted,
        -- timestamps
        candidates.created_at,
        candidates.started_at,
        candidates.finished_at,
        -- lineage
        candidates.record_key,
        candidates._dlt_load_id
    from candidates
    inner join named on candidates.repository_id = named.repository_ref
    left join actors on candidates.user_id = actors.user_id
)

select * from deployments
