-- Edges of the commit graph, with the commits that matter for walking it marked: where it forks, joins or ends, and where something was deployed.
with parents as (
    select * from {{ ref('int_commit_parents') }}
),

deployed as (
    select distinct repository_key, commit_sha
    from {{ ref('int_deployment_candidates') }}
    where commit_sha is not null
),

child_counts as (
    select repository_key, parent_sha as commit_sha, count(*) as child_count
    from parents
    group by repository_key, parent_sha
),

parent_counts as (
    select repository_key, commit_sha, count(*) as parent_count
    from parents
    group by repository_key, commit_sha
),

parent_facts as (
    select
        child_counts.repository_key,
        child_counts.commit_sha,
        child_counts.child_count <> 1
        or coalesce(parent_counts.parent_count, 0) <> 1
        or deployed.commit_sha is not null as is_junction
    from child_counts
    left join parent_counts
        on child_counts.repository_key = parent_counts.repository_key and child_counts.commit_sha = parent_counts.commit_sha
    left join deployed
        on child_counts.repository_key = deployed.repository_key and child_counts.commit_sha = deployed.commit_sha
)

select
    parents.repository_key,
    parents.commit_sha,
    parents.parent_sha,
    parents.parent_index,
    parent_facts.is_junction as is_parent_junction
from parents
inner join parent_facts
    on parents.repository_key = parent_facts.repository_key and parents.parent_sha = parent_facts.commit_sha
