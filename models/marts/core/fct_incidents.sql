with incidents as (
    select * from {{ ref('int_incidents') }}
),

links as (
    select * from {{ ref('int_incident_deployments') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
)

select
    md5(concat(incidents.incident_key, '|', coalesce(incidents.service_key, ''))) as incident_service_key,
    incidents.incident_key,
    incidents.service_key,
    owners.team_key,
    incidents.severity,
    incidents.counts_for_restore,
    incidents.opened_at,
    incidents.acknowledged_at,
    incidents.resolved_at,
    incidents.restored_at,
    links.deployment_key,
    links.link_method,
    incidents.url,
    incidents.record_keys,
    incidents.kind,
    incidents.state,
    incidents.mitigated_at,
    incidents.postmortem_at,
    incidents.reopened_count,
    incidents.report_keys
from incidents
left join links
    on incidents.incident_key = links.incident_key and incidents.service_key = links.service_key
left join owners
    on incidents.service_key = owners.service_key
    and incidents.opened_at >= owners.valid_from and incidents.opened_at < owners.valid_until
