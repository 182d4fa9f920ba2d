-- For each stream of deployments, the first of them that contains each commit.
with seeds as (
    select distinct stream_key, repository_key, commit_sha, ordinal as ord
    from {{ ref('int_stream_deployments') }}
    where is_in_graph
),

edges as (
    select * from {{ ref('int_run_edges') }}
),

runs as (
    select * from {{ ref('int_commit_runs') }}
),

reached as (
    {{ first_reaching('seeds', 'edges') }}
)

select
    reached.stream_key,
    runs.repository_key,
    runs.commit_sha,
    reached.ord as ordinal
from runs
inner join reached
    on runs.repository_key = reached.repository_key and runs.run_sha = reached.commit_sha
