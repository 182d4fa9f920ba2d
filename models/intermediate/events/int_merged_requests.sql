-- What is reviewed and merged: requests that were merged into a branch that counts, with what rules and reviews say of them.
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

reviews as (
    select * from {{ ref('int_reviews') }}
),

-- merged into the default branch, or into one that the service names; what names no branch is taken for the former.
-- A request merged into another request's branch is part of that one
merged as (
    select requests.*
    from requests
    left join repositories on requests.repository_key = repositories.repository_key
    where coalesce(requests.target_branch = repositories.default_branch, true)
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
)

select
    merged.change_key,
    merged.repository_key,
    merged.change_number,
    merged.merge_commit_sha,
    merged.is_bot,
    hotfixes.change_key is not null as is_hotfix,
    merged.is_revert,
    merged.closed_references,
    merged.lines_added,
    merged.lines_deleted,
    merged.files_changed,
    merged.opened_at,
    merged.ready_at,
    reviewed.first_review_at,
    reviewed.approved_at,
    merged.merged_at,
    merged.url,
    merged.actor_key,
    merged.record_key
from merged
left join hotfixes on merged.change_key = hotfixes.change_key
left join reviewed on merged.change_key = reviewed.change_key
