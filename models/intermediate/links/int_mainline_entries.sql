-- For each commit, the default branch's commit that brought it in: itself, or the oldest merge that contains it.
with mainline as (
    select * from {{ ref('int_mainline') }}
),

runs as (
    select * from {{ ref('int_commit_runs') }}
),

edges as (
    select edges.*
    from {{ ref('int_run_edges') }} as edges
    left join mainline
        on edges.repository_key = mainline.repository_key and edges.parent_sha = mainline.commit_sha
    where mainline.commit_sha is null
),

-- older commits of the default branch win: the further back, the smaller
seeds as (
    select 'mainline' as stream_key, repository_key, commit_sha, -steps_back as ord
    from mainline
),

reached as (
    {{ first_reaching('seeds', 'edges') }}
),

entries as (
    select
        runs.repository_key,
        runs.commit_sha,
        coalesce(own.steps_back, -reached.ord) as steps_back,
        own.commit_sha is not null as is_mainline
    from runs
    inner join reached
        on runs.repository_key = reached.repository_key and runs.run_sha = reached.commit_sha
    left join mainline as own
        on runs.repository_key = own.repository_key and runs.commit_sha = own.commit_sha
)

select
    entries.repository_key,
    entries.commit_sha,
    mainline.commit_sha as mainline_sha,
    entries.is_mainline
from entries
inner join mainline
    on entries.repository_key = mainline.repository_key and entries.steps_back = mainline.steps_back
