with request_commits as (
    select * from {{ ref('int_request_commits') }}
),

direct_commits as (
    select * from {{ ref('int_direct_commits') }}
),

commits as (
    select * from {{ ref('int_commits') }}
),

of_requests as (
    select
        change_key,
        repository_key,
        commit_sha,
        is_merge,
        is_rewritten,
        is_original,
        reported_authored_at,
        reported_committed_at
    from request_commits
),

of_direct as (
    select
        change_key,
        repository_key,
        commit_sha,
        false as is_merge,
        false as is_rewritten,
        true as is_original,
        cast(null as timestamp) as reported_authored_at,
        cast(null as timestamp) as reported_committed_at
    from direct_commits
),

all_commits as (
    select * from of_requests
    union all
    select * from of_direct
)

select
    all_commits.change_key,
    all_commits.repository_key,
    all_commits.commit_sha,
    all_commits.is_merge,
    all_commits.is_rewritten,
    all_commits.is_original,
    -- never later than the commit's own time: clocks of authors run wild
    least(
        coalesce(commits.authored_at, all_commits.reported_authored_at, commits.committed_at, all_commits.reported_committed_at),
        coalesce(commits.committed_at, all_commits.reported_committed_at, commits.authored_at, all_commits.reported_authored_at)
    ) as begun_at,
    commits.committed_at,
    commits.commit_sha is not null as is_known,
    commits.record_key
from all_commits
left join commits
    on all_commits.repository_key = commits.repository_key and all_commits.commit_sha = commits.commit_sha
