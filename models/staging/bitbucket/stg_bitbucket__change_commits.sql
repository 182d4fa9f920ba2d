with pull_requests as (select * from {{ ref("stg_bitbucket__pull_requests") }}),

changes as (select change_key, change_number, opened_at, closed_at from {{ ref("stg_bitbucket__changes") }}),

listed as (select * from {{ ref("base_bitbucket__commits") }} where is_set_aside is not true and change_number is not null),

pushes as (select * from {{ ref("base_bitbucket__pushes") }} where is_set_aside is not true and kind = 'branch'),

-- a merge of the target branch brings commits that others pushed before: a commit belongs to the branch that had it first
push_commits as (
    select push_commits.*, pushes.ref_name, pushes.pushed_at
    from {{ ref("base_bitbucket__push_commits") }} as push_commits
    inner join pushes on push_commits.record_key = pushes.record_key and push_commits.push_place = pushes.push_place
    where push_commits.is_set_aside is not true
    qualify row_number() over (
        partition by push_commits.repository_id, push_commits.commit_sha order by pushes.pushed_at, push_commits.record_key, push_commits.place
    ) = 1
),

commits as (select * from {{ ref("stg_bitbucket__commits") }}),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

-- a branch's name may have had an earlier life, which ended with its pull request
spans as (
    select
        pull_requests.repository_id, pull_requests.change_number, pull_requests.source_branch,
        coalesce(max(changes.closed_at) over (
            partition by pull_requests.repository_id, pull_requests.source_branch order by pull_requests.opened_at, pull_requests.change_number
            rows between unbounded preceding and 1 preceding
        ), timestamp '1970-01-01') as began_at,
        coalesce(changes.closed_at, timestamp '9999-12-31') as ended_at
    from pull_requests
    inner join changes on changes.change_key = concat('bitbucket:', pull_requests.repository_id, ':', pull_requests.change_number)
    -- a fork's branch of the same name is another branch
    where coalesce(pull_requests.source_repository_id, pull_requests.repository_id) = pull_requests.repository_id
        and pull_requests.source_branch is not null
),

carried as (
    select listed.repository_id, listed.change_number, listed.commit_sha, listed.record_key, listed._dlt_load_id
    from listed
    union all
    select spans.repository_id, spans.change_number, push_commits.commit_sha, push_commits.record_key, push_commits._dlt_load_id
    from spans
    inner join push_commits
        on spans.repository_id = push_commits.repository_id
        and push_commits.ref_name = spans.source_branch
        and push_commits.pushed_at > spans.began_at and push_commits.pushed_at <= spans.ended_at
),

once as (
    select
        repository_id, change_number, commit_sha,
        max(record_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from carried
    group by 1, 2, 3
),

change_commits as (
    select
        'bitbucket' as source,
        -- ids
        concat('bitbucket:', once.repository_id, ':', once.change_number) as change_key,
        named.repository_key,
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
    inner join named on once.repository_id = named.repository_ref
    left join commits on named.repository_key = commits.repository_key and once.commit_sha = commits.commit_sha
)

select * from change_commits
