with pull_requests as (select * from {{ ref("stg_github__pull_requests") }}),

change_pushes as (select * from {{ ref("stg_github__change_pushes") }}),

push_commits as (select * from {{ ref("base_github__push_commits") }} where is_set_aside is not true),

listed as (select * from {{ ref("base_github__commits") }} where is_set_aside is not true and change_number is not null),

commits as (select * from {{ ref("stg_github__commits") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

changes as (
    select
        pull_requests.pull_request_key,
        pull_requests.change_number,
        repository_references.repository_id,
        repository_references.repository_key
    from pull_requests
    inner join repository_references on pull_requests.repository_ref = repository_references.repository_ref
    qualify row_number() over (
        partition by repository_references.repository_id, pull_requests.change_number
        order by pull_requests.version_count desc, pull_requests.pull_request_key
    ) = 1
),

carried as (
    select change_pushes.pull_request_key, push_commits.commit_sha, push_commits.record_key, push_commits._dlt_load_id
    from change_pushes
    inner join push_commits on change_pushes.push_key = push_commits.push_key
    -- a merge of the target branch brings commits that others pushed before
    where push_commits.is_distinct or push_commits.commit_sha = change_pushes.after_sha
    union all
    select changes.pull_request_key, listed.commit_sha, listed.record_key, listed._dlt_load_id
    from listed
    inner join repository_references on listed.repository_name = repository_references.repository_ref
    inner join changes
        on repository_references.repository_id = changes.repository_id
        and listed.change_number = changes.change_number
),

once as (
    select pull_request_key, commit_sha, max(record_key) as record_key, max(_dlt_load_id) as _dlt_load_id
    from carried
    group by 1, 2
),

change_commits as (
    select
        'github' as source,
        -- ids
        concat('github:', changes.repository_id, ':', changes.change_number) as change_key,
        changes.repository_key,
        once.commit_sha,
        commits.author_key,
        commits.message_hash,
        -- timestamps
        commits.authored_at,
        commits.committed_at,
        -- lineage
        once.record_key,
        once._dlt_load_id
    from once
    inner join changes on once.pull_request_key = changes.pull_request_key
    left join commits
        on changes.repository_key = commits.repository_key and once.commit_sha = commits.commit_sha
)

select * from change_commits
