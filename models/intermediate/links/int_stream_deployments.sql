-- Services that deploy the same commits in the same order share one walk of the commit graph.
with deployments as (
    select * from {{ ref('int_deployments') }} where ordinal is not null
),

runs as (
    select * from {{ ref('int_commit_runs') }}
),

streams as (
    select
        service_key,
        environment,
        repository_key,
        md5(concat(repository_key, '|', {{ agg_text("coalesce(commit_sha, '?')", 'ordinal') }})) as stream_key
    from deployments
    group by service_key, environment, repository_key
)

select
    streams.stream_key,
    deployments.deployment_key,
    deployments.service_key,
    deployments.environment,
    deployments.is_production,
    deployments.repository_key,
    deployments.commit_sha,
    deployments.ordinal,
    coalesce(deployments.created_at, deployments.started_at, deployments.finished_at) as begun_at,
    deployments.finished_at,
    runs.commit_sha is not null as is_in_graph,
    -- the first whose history is known carries everything before it
    deployments.ordinal <= coalesce(
        min(deployments.ordinal) filter (where runs.commit_sha is not null) over (partition by streams.stream_key), 1
    ) as is_first
from deployments
inner join streams
    on deployments.service_key = streams.service_key and deployments.environment = streams.environment
    and deployments.repository_key = streams.repository_key
left join runs
    on deployments.repository_key = runs.repository_key and deployments.commit_sha = runs.commit_sha
