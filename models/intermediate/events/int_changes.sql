with requests as (
    select * from {{ ref('int_change_requests') }} where merged_at is not null
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

services as (
    select service_repositories.repository_key, services.change_branches
    from {{ ref('int_service_repositories') }} as service_repositories
    inner join {{ ref('int_services') }} as services on service_repositories.service_key = services.service_key
    where services.change_branches is not null
),

change_rules as (
    select * from {{ ref('change_rules') }} where kind = 'hotfix'
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

reviews as (
    select * from {{ ref('int_reviews') }}
),

-- merged into the default branch, or into one that the service names; a request merged into another request's branch is part of that one
merged as (
    select requests.*
    from requests
    left join repositories on requests.repository_key = repositories.repository_key
    where requests.target_branch = coalesce(repositories.default_branch, requests.target_branch)
        or exists (
            select 1
            from services
            where services.repository_key = requests.repository_key
                and {{ re_match('requests.target_branch', 'services.change_branches') }}
        )
),

labels as (
    select merged.change_key, merged.repository_key, _label.label
    from merged, {{ explode('merged.labels', 'label') }}
),

hotfixes as (
    select merged.change_key
    from merged
    inner join change_rules
        on merged.repository_key = coalesce(lower(change_rules.repository_key), merged.repository_key)
        and {{ re_match('merged.source_branch', 'change_rules.branch_pattern') }}
    union
    select labels.change_key
    from labels
    inner join change_rules
        on labels.repository_key = coalesce(lower(change_rules.repository_key), labels.repository_key)
        and {{ re_match('labels.label', 'change_rules.label_pattern') }}
),

begun as (
    select
        change_key,
        min(begun_at) filter (where is_original) as first_commit_at,
        {{ agg_sorted('record_key') }} as record_keys
    from change_commits
    group by change_key
),

-- bots do not review, nobody reviews their own change, and what is said before it is ready or after it is merged is no review of it
reviewed as (
    select
        merged.change_key,
        min(reviews.submitted_at) as first_review_at,
        min(reviews.submitted_at) filter (where reviews.kind = 'approved') as approved_at
    from merged
    inner join reviews on merged.change_key = reviews.change_key
    where not reviews.is_bot
        and reviews.actor_key <> merged.actor_key
        and reviews.submitted_at >= coalesce(merged.ready_at, merged.opened_at)
        and reviews.submitted_at <= merged.merged_at
    group by merged.change_key
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
        hotfixes.change_key is not null as is_hotfix,
        merged.is_revert,
        merged.closed_references,
        merged.lines_added,
        merged.lines_deleted,
        merged.files_changed,
        begun.first_commit_at,
        merged.opened_at,
        merged.ready_at,
        reviewed.first_review_at,
        reviewed.approved_at,
        merged.merged_at,
        merged.url,
        merged.actor_key,
        merged.record_key,
        {{ list_plus(list_of('merged.record_key'), 'coalesce(begun.record_keys, ' ~ no_texts() ~ ')') }} as record_keys
    from merged
    left join landed on merged.change_key = landed.change_key
    left join hotfixes on merged.change_key = hotfixes.change_key
    left join begun on merged.change_key = begun.change_key
    left join reviewed on merged.change_key = reviewed.change_key
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
