-- Unbranched stretches of history: whatever contains the first commit of a run contains all of it, so that walks need to visit junctions only.
with recursive commits as (
    select repository_key, commit_sha from {{ ref('int_commits') }} where parent_count is not null
    union
    select repository_key, parent_sha as commit_sha from {{ ref('int_commit_graph') }}
),

inner_edges as (
    select * from {{ ref('int_commit_graph') }} where not is_parent_junction
),

junctions as (
    select commits.repository_key, commits.commit_sha
    from commits
    left join inner_edges
        on commits.repository_key = inner_edges.repository_key and commits.commit_sha = inner_edges.parent_sha
    where inner_edges.parent_sha is null
),

runs as (
    select repository_key, commit_sha, commit_sha as run_sha
    from junctions
    union all
    select runs.repository_key, inner_edges.parent_sha as commit_sha, runs.run_sha
    from runs
    inner join inner_edges
        on runs.repository_key = inner_edges.repository_key and runs.commit_sha = inner_edges.commit_sha
)

select * from runs
