-- The commit graph between runs: from the first commit of a run to the junctions that its commits descend from.
with graph as (
    select * from {{ ref('int_commit_graph') }} where is_parent_junction
),

runs as (
    select * from {{ ref('int_commit_runs') }}
)

select distinct
    graph.repository_key,
    runs.run_sha as commit_sha,
    graph.parent_sha
from graph
inner join runs
    on graph.repository_key = runs.repository_key and graph.commit_sha = runs.commit_sha
