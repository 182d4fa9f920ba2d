with rollouts as (select * from {{ ref("stg_gitlab__rollouts") }}),

release_versions as (select * from {{ ref("base_gitlab__releases") }} where is_set_aside is not true),

tags as (select * from {{ ref("stg_gitlab__tags") }}),

pushes as (
    select *
    from {{ ref("base_gitlab__pushes") }}
    where is_set_aside is not true and ref_name like 'refs/heads/%' and after_sha is not null
    qualify row_number() over (partition by push_key order by record_key) = 1
),

commits as (select * from {{ ref("stg_gitlab__commits") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

runs as (select * from {{ ref("stg_gitlab__runs") }}),

releases as (
    select
        candidate_key,
        max(repository_id) as repository_id,
        coalesce({{ latest("tag_name") }}, {{ latest("tag") }}) as tag_name,
        lower({{ latest("commit_id") }}) as commit_sha,
        {{ latest("author_id") }} as user_id,
        coalesce({{ latest("self_url") }}, {{ latest("url") }}) as url,
        max_by(coalesce({{ json_text("action") }}, '') = 'delete' or event = 'releases.gone', version_key) as is_deleted,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("released_at")) }} as released_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from release_versions
    group by 1
),

timed_tags as (
    select
        tags.*,
        -- the tagger's clock, else when the tag was pushed, else its commit's clock
        coalesce(tags.tagged_at, tags.pushed_at, commits.committed_at) as finished_at
    from tags
    inner join projects on tags.repository_id = projects.repository_ref
    left join commits on projects.repository_key = commits.repository_key and tags.commit_sha = commits.commit_sha
),

candidates as (
    select
        candidate_key, 'deployment' as kind, repository_id, name, branch, tag_name, environment_name, commit_sha, pipeline_key,
        created_at, started_at, finished_at, outcome, false as is_deleted, user_id, url, record_key, _dlt_load_id
    from rollouts
    union all
    select
        candidate_key, 'release', repository_id, tag_name, null, tag_name, null, commit_sha, null,
        created_at, released_at, released_at, 'success', is_deleted, user_id, url, record_key, _dlt_load_id
    from releases
    where released_at is not null
    union all
    select
        candidate_key, 'tag', repository_id, tag_name, null, tag_name, null, commit_sha, null,
        finished_at, finished_at, finished_at, case when finished_at is not null then 'success' end, is_deleted, user_id, null, record_key, _dlt_load_id
    from timed_tags
    union all
    select
        push_key, 'branch', repository_id, substr(ref_name, 12), substr(ref_name, 12), null, null, after_sha, null,
        pushed_at, pushed_at, pushed_at, 'success', false, {{ json_text("user_id") }}, null, record_key, _dlt_load_id
    from pushes
),

deployments as (
    select
        'gitlab' as source,
        -- ids
        candidates.candidate_key,
        projects.repository_key,
        candidates.commit_sha,
        coalesce(runs.run_key, candidates.pipeline_key) as build_run_key,
        actors.actor_key,
        cast(null as {{ dbt.type_string() }}) as service_name,
        -- text
        candidates.kind,
        candidates.name,
        candidates.branch,
        candidates.tag_name,
        candidates.environment_name,
        candidates.outcome,
        coalesce(
            candidates.url,
            case candidates.kind
                when 'deployment' then concat('https://', projects.repository_key, '/-/environments')
                when 'tag' then concat('https://', projects.repository_key, '/-/tags/', candidates.tag_name)
                when 'branch' then concat('https://', projects.repository_key, '/-/commit/', candidates.commit_sha)
            end
        ) as url,
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
    inner join projects on candidates.repository_id = projects.repository_ref
    left join actors on candidates.user_id = actors.user_id
    left join runs on candidates.pipeline_key = runs.build_key
)

select * from deployments
