-- The one deployment that each incident and service is tied to, by the strongest evidence there is.
with incidents as (
    select * from {{ ref('int_incidents') }}
),

causes as (
    select * from {{ ref('int_incident_causes') }}
),

remedies as (
    select * from {{ ref('int_remedies') }}
),

deployments as (
    select * from {{ ref('int_production_deployments') }}
),

services as (
    select * from {{ ref('int_services') }}
),

explicit as (
    select incident_key, service_key, deployment_key, finished_at, 1 as rank_of_method, 'explicit' as link_method
    from causes
),

-- a remedy that went live while the incident was open tells what it was a remedy for
by_remedy as (
    select
        incidents.incident_key,
        incidents.service_key,
        remedies.deployment_key,
        deployments.finished_at,
        case remedies.evidence when 'rollback' then 2 when 'revert' then 3 else 4 end as rank_of_method,
        remedies.evidence as link_method
    from incidents
    inner join remedies
        on incidents.service_key = remedies.service_key
        and remedies.recovered_at >= incidents.opened_at
        and (incidents.resolved_at is null or remedies.occurred_at <= incidents.resolved_at)
    inner join deployments
        on remedies.deployment_key = deployments.deployment_key and deployments.finished_at <= incidents.opened_at
),

by_proximity as (
    select
        incidents.incident_key,
        incidents.service_key,
        deployments.deployment_key,
        deployments.finished_at,
        5 as rank_of_method,
        'proximity' as link_method
    from incidents
    inner join services on incidents.service_key = services.service_key
    inner join deployments
        on incidents.service_key = deployments.service_key
        and deployments.finished_at <= incidents.opened_at
        and {{ seconds_between('deployments.finished_at', 'incidents.opened_at') }} <= services.incident_window_hours * 3600
),

links as (
    select * from explicit
    union all
    select * from by_remedy
    union all
    select * from by_proximity
)

select
    incident_key,
    service_key,
    deployment_key,
    link_method
from links
qualify row_number() over (
    partition by incident_key, service_key
    order by rank_of_method, finished_at desc, deployment_key
) = 1
