-- Which commits a deployment brought to its service and environment for the first time, by ancestry.
with stream_commits as (
    select * from {{ ref('int_stream_commits') }}
),

deployments as (
    select * from {{ ref('int_stream_deployments') }}
),

commit_services as (
    select * from {{ ref('int_commit_services') }}
)

select
    deployments.deployment_key,
    deployments.service_key,
    deployments.environment,
    deployments.is_production,
    deployments.ordinal,
    deployments.is_first,
    deployments.finished_at,
    stream_commits.repository_key,
    stream_commits.commit_sha,
    'ancestry' as link_method
from stream_commits
inner join deployments
    on stream_commits.stream_key = deployments.stream_key and stream_commits.ordinal = deployments.ordinal
inner join commit_services
    on stream_commits.repository_key = commit_services.repository_key
    and stream_commits.commit_sha = commit_services.commit_sha
    and deployments.service_key = commit_services.service_key
