with rollouts as (select * from {{ ref("stg_github__deployment_rollouts") }}),

releases as (select * from {{ ref("stg_github__releases") }} where published_at is not null),

tags as (select * from {{ ref("stg_github__tags") }}),

commits as (select * from {{ ref("stg_github__commits") }}),

pushes as (
    select *
    from {{ ref("base_github__pushes") }}
    where is_set_aside is not true
        and ref like 'refs/heads/%' and after_sha is not null
    qualify row_number() over (partition by push_key order by record_key) = 1
),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

timed_tags as (
    select
        tags.*,
        -- the tagger's clock, else when the tag was pushed, else its commit's clock
        coalesce(tags.tagged_at, tags.pushed_at, commits.committed_at) as finished_at
    from tags
    left join commits on tags.repository_key = commits.repository_key and tags.commit_sha = commits.commit_sha
),

candidates as (
    select
        candidate_key, 'deployment' as kind, repository_ref, name, ref as branch, environment_name, commit_sha,
        null as tag_name, created_at, started_at, finished_at, outcome, false as is_prerelease, false as is_deleted,
        build_run_key, actor_key, url, record_key, _dlt_load_id
    from rollouts
    union all
    select
        candidate_key, 'release', repository_ref, tag_name, nullif(target_commitish, sha), null, sha,
        tag_name, created_at, published_at, published_at, 'success', is_prerelease, is_deleted or is_draft,
        null, actor_key, url, record_key, _dlt_load_id
    from (select *, nullif(regexp_extract(lower(target_commitish), '^[0-9a-f]{40}$', 0), '') as sha from releases)
    union all
    select
        candidate_key, 'tag', repository_key, tag_name, null, null, commit_sha,
        tag_name, finished_at, finished_at, finished_at, case when finished_at is not null then 'success' end, false,
        is_deleted, null, actor_key, null, record_key, _dlt_load_id
    from timed_tags
    union all
    select
        push_key, 'branch', coalesce(repository_id, repository_name), substr(ref, 12), substr(ref, 12), null, after_sha,
        null, pushed_at, pushed_at, pushed_at, 'success', false, false,
        null, {{ actor_key("sender_login") }}, null, record_key, _dlt_load_id
    from pushes
),

deployments as (
    select
        'github' as source,
        -- ids
        candidates.candidate_key,
        repository_references.repository_key,
        candidates.commit_sha,
        candidates.build_run_key,
        candidates.actor_key,
        cast(null as varchar) as service_name,
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
                when 'deployment' then concat('https://', repository_references.repository_key, '/deployments')
                when 'tag' then concat('https://', repository_references.repository_key, '/releases/tag/', candidates.tag_name)
                when 'branch' then concat('https://', repository_references.repository_key, '/commit/', candidates.commit_sha)
            end
        ) as url,
        -- flags
        candidates.is_prerelease,
        candidates.is_deleted,
        -- timestamps
        candidates.created_at,
        candidates.started_at,
        candidates.finished_at,
        -- lineage
        candidates.record_key,
        candidates._dlt_load_id
    from candidates
    inner join repository_references on candidates.repository_ref = repository_references.repository_ref
)

select * from deployments
