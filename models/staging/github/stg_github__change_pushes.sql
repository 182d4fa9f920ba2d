with pull_requests as (select * from {{ ref("stg_github__pull_requests") }}),

pushes as (select * from {{ ref("base_github__pushes") }} where is_set_aside is not true and ref like 'refs/heads/%'),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

changes as (
    select
        pull_requests.*,
        repository_references.repository_id,
        concat('refs/heads/', pull_requests.source_branch) as ref,
        -- a fork's branch of the same name is another branch
        coalesce(pull_requests.head_repository_id = repository_references.repository_id, false) as is_own_branch
    from pull_requests
    inner join repository_references on pull_requests.repository_ref = repository_references.repository_ref
),

branch_pushes as (
    select
        pushes.push_key, pushes.ref, pushes.pushed_at, pushes.before_sha, pushes.after_sha,
        repository_references.repository_id
    from pushes
    inner join repository_references
        on coalesce(pushes.repository_id, pushes.repository_name) = repository_references.repository_ref
    qualify row_number() over (partition by pushes.push_key order by pushes.record_key) = 1
),

-- where a branch, or another life of its name, starts to carry something new
beginnings as (
    select repository_id, ref, pushed_at - interval 1 second as began_at
    from branch_pushes
    where before_sha is null
    union all
    select repository_id, ref, merged_at as began_at
    from changes
    where merged_at is not null and is_own_branch
),

spans as (
    select
        changes.pull_request_key,
        coalesce(max(beginnings.began_at), timestamp '1970-01-01') as began_at
    from changes
    left join beginnings
        on changes.repository_id = beginnings.repository_id
        and changes.ref = beginnings.ref
        and beginnings.began_at <= changes.opened_at
    group by 1
),

change_pushes as (
    select changes.pull_request_key, branch_pushes.push_key, branch_pushes.after_sha
    from changes
    inner join spans on changes.pull_request_key = spans.pull_request_key
    inner join branch_pushes
        on changes.repository_id = branch_pushes.repository_id and changes.ref = branch_pushes.ref
    where changes.is_own_branch
        and branch_pushes.pushed_at > spans.began_at
        and branch_pushes.pushed_at <= coalesce(changes.merged_at, changes.closed_at, timestamp '9999-12-31')
    union
    select changes.pull_request_key, branch_pushes.push_key, branch_pushes.after_sha
    from changes
    inner join branch_pushes
        on changes.repository_id = branch_pushes.repository_id
        and {{ list_has("changes.head_shas", "branch_pushes.after_sha") }}
)

select * from change_pushes
