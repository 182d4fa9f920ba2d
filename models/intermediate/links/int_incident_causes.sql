-- What incidents name as their cause: a deployment, a tag, a commit or a change, resolved to the deployment that brought it.
with incidents as (
    select * from {{ ref('int_incidents') }}
),

deployments as (
    select * from {{ ref('int_production_deployments') }}
),

changes as (
    select * from {{ ref('int_changes') }}
),

change_deployments as (
    select * from {{ ref('int_change_deployments') }}
),

deployment_commits as (
    select * from {{ ref('int_deployment_commits') }} where is_production
),

named as (
    select distinct
        incidents.incident_key,
        incidents.service_key,
        incidents.repository_key,
        incidents.opened_at,
        lower(rtrim(_cause.cause, '/')) as cause
    from incidents, {{ explode('incidents.cause_references', 'cause') }}
),

names as (
    select deployments.deployment_key, deployments.finished_at, lower(_candidate.candidate) as name
    from deployments, {{ explode('deployments.candidate_keys', 'candidate') }}
    union
    select deployments.deployment_key, deployments.finished_at, lower(split_part(_candidate.candidate, ':', -1)) as name
    from deployments, {{ explode('deployments.candidate_keys', 'candidate') }}
    union
    select deployments.deployment_key, deployments.finished_at, lower(_tag.tag) as name
    from deployments, {{ explode('deployments.tag_names', 'tag') }}
    union
    select deployment_key, finished_at, lower(url) as name
    from deployments
),

by_deployment as (
    select named.incident_key, named.service_key, named.cause, names.deployment_key, names.finished_at
    from named
    inner join names on named.cause = names.name
),

-- a deployed commit, else the commit's own first deployment
by_commit as (
    select named.incident_key, named.service_key, named.cause, deployments.deployment_key, deployments.finished_at
    from named
    inner join deployments on starts_with(deployments.commit_sha, named.cause) and deployments.finished_at <= named.opened_at
    where {{ re_match('named.cause', "'[0-9a-f]{7,40}'") }}
    union all
    select named.incident_key, named.service_key, named.cause, deployment_commits.deployment_key, deployment_commits.finished_at
    from named
    inner join deployment_commits on starts_with(deployment_commits.commit_sha, named.cause)
    where {{ re_match('named.cause', "'[0-9a-f]{7,40}'") }}
),

by_change as (
    select named.incident_key, named.service_key, named.cause, change_deployments.deployment_key, change_deployments.deployed_at as finished_at
    from named
    inner join changes
        on named.cause = lower(changes.url)
        or (named.cause = concat('#', cast(changes.change_number as varchar)) and named.repository_key = changes.repository_key)
        or named.cause = concat(
            split_part(changes.repository_key, '/', 2), '/', split_part(changes.repository_key, '/', 3),
            '#', cast(changes.change_number as varchar)
        )
    inner join change_deployments on changes.change_key = change_deployments.change_key
),

found as (
    select *, 1 as rank_of_kind from by_deployment
    union all
    select *, 2 as rank_of_kind from by_commit
    union all
    select *, 3 as rank_of_kind from by_change
)

-- a roll-out of the incident's own service goes before another's
select
    found.incident_key,
    found.service_key,
    found.deployment_key,
    found.finished_at
from found
inner join deployments on found.deployment_key = deployments.deployment_key
qualify row_number() over (
    partition by found.incident_key, found.service_key
    order by deployments.service_key = found.service_key desc, found.rank_of_kind, found.finished_at desc, found.deployment_key
) = 1
