-- For each change and service, the first successful production deployment that contains it: by ancestry where the graph is known, else by SHA, else by time.
with changes as (
    select * from {{ ref('int_changes') }}
),

change_services as (
    select * from {{ ref('int_change_services') }}
),

runs as (
    select repository_key, commit_sha from {{ ref('int_commit_runs') }}
),

deployments as (
    select * from {{ ref('int_stream_deployments') }} where is_production
),

stream_commits as (
    select * from {{ ref('int_stream_commits') }}
),

of_services as (
    select
        change_services.change_key,
        change_services.service_key,
        changes.repository_key,
        changes.landed_sha,
        changes.merged_at,
        runs.commit_sha is not null as is_in_graph
    from change_services
    inner join changes on change_services.change_key = changes.change_key
    left join runs on changes.repository_key = runs.repository_key and changes.landed_sha = runs.commit_sha
),

by_ancestry as (
    select
        of_services.change_key,
        of_services.service_key,
        deployments.deployment_key,
        deployments.finished_at,
        deployments.is_first,
        'ancestry' as link_method
    from of_services
    inner join stream_commits
        on of_services.repository_key = stream_commits.repository_key and of_services.landed_sha = stream_commits.commit_sha
    inner join deployments
        on stream_commits.stream_key = deployments.stream_key and stream_commits.ordinal = deployments.ordinal
        and of_services.service_key = deployments.service_key
),

-- the graph cannot speak of a commit that it does not hold: the SHA can, and the order of the default branch last
by_sha as (
    select
        of_services.change_key,
        of_services.service_key,
        deployments.deployment_key,
        deployments.finished_at,
        deployments.is_first,
        'sha' as link_method
    from of_services
    inner join deployments
        on of_services.repository_key = deployments.repository_key and of_services.service_key = deployments.service_key
        and of_services.landed_sha = deployments.commit_sha
    where not of_services.is_in_graph
),

by_time as (
    select
        of_services.change_key,
        of_services.service_key,
        deployments.deployment_key,
        deployments.finished_at,
        deployments.is_first,
        'time' as link_method
    from of_services
    inner join deployments
        on of_services.repository_key = deployments.repository_key and of_services.service_key = deployments.service_key
        and of_services.merged_at <= deployments.begun_at
    where not of_services.is_in_graph and not deployments.is_in_graph
),

links as (
    select * from by_ancestry
    union all
    select * from by_sha
    union all
    select * from by_time
)

select
    change_key,
    service_key,
    deployment_key,
    finished_at as deployed_at,
    is_first,
    link_method
from links
qualify row_number() over (
    partition by change_key, service_key
    order by case link_method when 'ancestry' then 1 when 'sha' then 2 else 3 end, finished_at, deployment_key
) = 1
