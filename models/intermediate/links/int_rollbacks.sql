-- A roll-back deploys a strict ancestor of what is live on the same release line; it blames the deployment that it replaced.
with recursive deployments as (
    select
        deployments.*,
        streams.stream_key,
        streams.is_in_graph
    from {{ ref('int_deployments') }} as deployments
    inner join {{ ref('int_stream_deployments') }} as streams on deployments.deployment_key = streams.deployment_key
),

stream_commits as (
    select * from {{ ref('int_stream_commits') }}
),

runs as (
    select * from {{ ref('int_commit_runs') }}
),

parents as (
    select repository_key, commit_sha, parent_sha from {{ ref('int_commit_parents') }}
),

successions as (
    select
        *,
        lag(deployment_key) over live as replaced_deployment_key,
        lag(commit_sha) over live as replaced_sha,
        lag(is_in_graph) over live as is_replaced_in_graph
    from deployments
    window live as (partition by service_key, environment, repository_key, line_key order by ordinal)
),

-- what was never live before cannot be a way back
suspects as (
    select
        successions.deployment_key,
        successions.replaced_deployment_key,
        successions.service_key,
        successions.environment,
        successions.repository_key,
        successions.stream_key,
        successions.commit_sha,
        successions.replaced_sha,
        successions.finished_at,
        contained.ordinal as contained_ordinal
    from successions
    inner join stream_commits as contained
        on successions.stream_key = contained.stream_key and successions.commit_sha = contained.commit_sha
    where contained.ordinal < successions.ordinal
        and successions.commit_sha <> successions.replaced_sha
        and successions.is_replaced_in_graph
),

-- walk from the replaced commit towards the suspected ancestor; what an earlier deployment already held lies behind it
walks as (
    select distinct stream_key, repository_key, commit_sha as target_sha, replaced_sha as visited_sha, contained_ordinal
    from suspects
    union
    select walks.stream_key, walks.repository_key, walks.target_sha, parents.parent_sha, walks.contained_ordinal
    from walks
    inner join parents
        on walks.repository_key = parents.repository_key and walks.visited_sha = parents.commit_sha
    inner join stream_commits
        on walks.stream_key = stream_commits.stream_key and parents.parent_sha = stream_commits.commit_sha
    where walks.visited_sha <> walks.target_sha
        and stream_commits.ordinal >= walks.contained_ordinal
),

by_ancestry as (
    select distinct
        suspects.deployment_key,
        suspects.replaced_deployment_key,
        suspects.service_key,
        suspects.environment,
        suspects.finished_at,
        'ancestry' as link_method
    from suspects
    inner join walks
        on suspects.stream_key = walks.stream_key and suspects.commit_sha = walks.target_sha and walks.visited_sha = walks.target_sha
),

-- without a graph, a commit that was live before and is deployed again over another one
by_sha as (
    select distinct
        successions.deployment_key,
        successions.replaced_deployment_key,
        successions.service_key,
        successions.environment,
        successions.finished_at,
        'sha' as link_method
    from successions
    inner join deployments as earlier
        on successions.service_key = earlier.service_key and successions.environment = earlier.environment
        and successions.line_key = earlier.line_key and successions.commit_sha = earlier.commit_sha
        and earlier.ordinal < successions.ordinal
    where not (successions.is_in_graph and coalesce(successions.is_replaced_in_graph, false))
        and successions.replaced_sha <> successions.commit_sha
)

select * from by_ancestry
union all
select * from by_sha
