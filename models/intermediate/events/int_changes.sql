with merged as (
    select * from {{ ref('int_merged_requests') }}
),

change_commits as (
    select * from {{ ref('int_change_commits') }}
),

commits as (
    select * from {{ ref('int_commits') }}
),

direct_commits as (
    select distinct change_key, repository_key, landed_sha from {{ ref('int_direct_commits') }}
),

begun as (
    select
        change_key,
        min(begun_at) filter (where is_original) as first_commit_at,
        {{ agg_sorted('record_key') }} as record_keys
    from change_commits
    group by change_key
),

-- the commit that carries the request on its branch; the last one of a rebase
landed as (
    select
        merged.change_key,
        coalesce(
            max(merged.merge_commit_sha) filter (where change_commits.is_merge and change_commits.is_known),
            max_by(change_commits.commit_sha, (change_commits.committed_at, change_commits.commit_sha)) filter (
                where change_commits.is_rewritten
            ),
            max(merged.merge_commit_sha)
        ) as landed_sha
    from merged
    left join change_commits on merged.change_key = change_commits.change_key
    group by merged.change_key
),

requested as (
    select
        merged.change_key,
        merged.repository_key,
        true as has_request,
        merged.change_number,
        landed.landed_sha,
        merged.is_bot,
        merged.is_hotfix,
        merged.is_revert,
        merged.closed_references,
        merged.lines_added,
        merged.lines_deleted,
        merged.files_changed,
        begun.first_commit_at,
        merged.opened_at,
        merged.ready_at,
        merged.first_review_at,
        merged.approved_at,
        merged.merged_at,
        merged.url,
        merged.actor_key,
        merged.record_key,
        {{ list_plus(list_of('merged.record_key'), 'coalesce(begun.record_keys, ' ~ no_texts() ~ ')') }} as record_keys
    from merged
    left join landed on merged.change_key = landed.change_key
    left join begun on merged.change_key = begun.change_key
),

pushed as (
    select
        direct_commits.change_key,
        direct_commits.repository_key,
        false as has_request,
        cast(null as bigint) as change_number,
        direct_commits.landed_sha,
        coalesce(commits.is_author_bot, false) as is_bot,
        false as is_hotfix,
        coalesce({{ list_size('commits.reverted_shas') }} > 0, false) as is_revert,
        {{ no_texts() }} as closed_references,
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        cast(null as bigint) as files_changed,
        begun.first_commit_at,
        cast(null as timestamp) as opened_at,
        cast(null as timestamp) as ready_at,
        cast(null as timestamp) as first_review_at,
        cast(null as timestamp) as approved_at,
        commits.committed_at as merged_at,
        cast(null as varchar) as url,
        commits.actor_key,
        commits.record_key,
        begun.record_keys
    from direct_commits
    inner join commits
        on direct_commits.repository_key = commits.repository_key and direct_commits.landed_sha = commits.commit_sha
    left join begun on direct_commits.change_key = begun.change_key
),

changes as (
    select * from requested
    union all
    select * from pushed
)

select
    *,
    merged_at as occurred_at,
    repository_key as service_key,
    cast(null as varchar) as environment,
    'merged' as outcome,
    landed_sha as join_key
from changes
