with repository_references as (select * from {{ ref("stg_github__repository_references") }}),

described as (
    {% for base in ["pull_requests", "reviews", "review_comments", "issue_comments", "pushes", "refs", "workflow_runs",
        "workflow_jobs", "deployments", "deployment_statuses", "releases", "issues", "repositories", "dependabot_alerts"] %}
    select
        coalesce(repository_id, repository_name) as repository_ref,
        default_branch,
        concat(coalesce(repository_clock, '0'), '|', default_branch) as version_key,
        max(record_key) as record_key
    from {{ ref("base_github__" ~ base) }}
    where is_set_aside is not true
    group by 1, 2, 3
    {{ "union all" if not loop.last }}
    {% endfor %}
),

deleted as (
    select repository_id, max(record_key) as record_key
    from {{ ref("base_github__repositories") }}
    where is_set_aside is not true
        and action = 'deleted'
    group by 1
),

branches as (
    select
        repository_references.repository_key,
        max_by(described.default_branch, described.version_key) as default_branch,
        max_by(described.record_key, concat(described.version_key, '|', described.record_key)) as record_key,
        -- a name can be taken again after a repository is deleted
        bool_and(deleted.repository_id is not null) as is_deleted,
        max(repository_references._dlt_load_id) as _dlt_load_id
    from repository_references
    left join described on repository_references.repository_ref = described.repository_ref
    left join deleted on repository_references.repository_id = deleted.repository_id
    group by 1
),

seen_heads as (
    select
        coalesce(repository_id, repository_name) as repository_ref, substr(ref, 12) as branch,
        after_sha as sha, pushed_at as seen_at
    from {{ ref("base_github__pushes") }}
    where is_set_aside is not true
        and ref like 'refs/heads/%'
    union all
    select coalesce(repository_id, repository_name), name, sha, seen_at
    from {{ ref("base_github__refs") }}
    where is_set_aside is not true
        and kind = 'branch'
),

heads as (
    select
        repository_references.repository_key,
        seen_heads.branch,
        max_by(seen_heads.sha, concat({{ iso_utc("seen_heads.seen_at") }}, '|', seen_heads.sha)) as head_sha
    from seen_heads
    inner join repository_references on seen_heads.repository_ref = repository_references.repository_ref
    where seen_heads.sha is not null
    group by 1, 2
),

repositories as (
    select
        'github' as source,
        branches.repository_key,
        branches.default_branch,
        heads.head_sha as default_head_sha,
        false as is_shallow,
        branches.is_deleted,
        cast(null as {{ dbt.type_string() }}) as declared_tag_regex,
        branches.record_key,
        branches._dlt_load_id
    from branches
    left join heads
        on branches.repository_key = heads.repository_key
        and branches.default_branch = heads.branch
)

select * from repositories
