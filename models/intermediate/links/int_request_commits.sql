-- Which commits a merged request claims: its merge or squash commit, what that merge brought in, what the forge lists, and what a rebase rewrote.
with requests as (
    select * from {{ ref('int_change_requests') }} where merged_at is not null
),

reported as (
    {{ union_of('change_commits', [
        'azure_devops',
        'github',
        'bitbucket',
        'gitlab',
    ]) }}
),

entries as (
    select * from {{ ref('int_mainline_entries') }}
),

commits as (
    select * from {{ ref('int_commits') }} where parent_count = 1
),

mainline_commits as (
    select commits.*
    from commits
    inner join entries
        on commits.repository_key = entries.repository_key and commits.commit_sha = entries.commit_sha and entries.is_mainline
),

merges as (
    select change_key, repository_key, merge_commit_sha as commit_sha, 'merge' as claim
    from requests
    where merge_commit_sha is not null
),

heads as (
    select requests.change_key, requests.repository_key, requests.head_sha as commit_sha, 'head' as claim
    from requests
    where requests.head_sha is not null
),

listed as (
    select reported.change_key, reported.repository_key, reported.commit_sha, 'reported' as claim
    from reported
    inner join requests on reported.change_key = requests.change_key
),

introduced as (
    select requests.change_key, requests.repository_key, entries.commit_sha, 'introduced' as claim
    from requests
    inner join entries
        on requests.repository_key = entries.repository_key and requests.merge_commit_sha = entries.mainline_sha
    where not entries.is_mainline
),

-- a rebase keeps message and author time, is committed when the request is merged, and changes all else
rebased as (
    select requests.change_key, requests.repository_key, commits.commit_sha, 'rebased' as claim
    from reported
    inner join requests on reported.change_key = requests.change_key
    inner join commits
        on reported.repository_key = commits.repository_key
        and reported.message_hash = commits.message_hash
        and reported.commit_sha <> commits.commit_sha
    where (reported.authored_at is null or commits.authored_at in (reported.authored_at, reported.committed_at))
        and commits.committed_at between requests.opened_at and requests.merged_at + interval 5 minute
),

-- where the forge did not tell the merge commit, the subject may name the request
named as (
    select requests.change_key, requests.repository_key, mainline_commits.commit_sha, 'subject' as claim
    from requests
    inner join mainline_commits
        on requests.repository_key = mainline_commits.repository_key and requests.change_number = mainline_commits.change_number
    left join entries
        on requests.repository_key = entries.repository_key and requests.merge_commit_sha = entries.commit_sha
    where entries.commit_sha is null
),

claims as (
    select * from merges
    union all
    select * from heads
    union all
    select * from listed
    union all
    select * from introduced
    union all
    select * from rebased
    union all
    select * from named
)

select
    claims.change_key,
    claims.repository_key,
    claims.commit_sha,
    bool_or(claims.claim = 'merge') as is_merge,
    bool_or(claims.claim in ('rebased', 'subject')) as is_rewritten,
    -- a squash commit is dated when it is merged: it says nothing of when the work began
    bool_or(claims.claim in ('head', 'reported', 'introduced', 'rebased')) as is_original,
    min(reported.authored_at) as reported_authored_at,
    min(reported.committed_at) as reported_committed_at
from claims
left join reported
    on claims.change_key = reported.change_key and claims.commit_sha = reported.commit_sha
group by claims.change_key, claims.repository_key, claims.commit_sha
