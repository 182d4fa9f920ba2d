-- Each piece of evidence that a production deployment failed, within the window in which it counts, and when service was restored.
with deployments as (
    select * from {{ ref('int_production_deployments') }}
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

incident_deployments as (
    select * from {{ ref('int_incident_deployments') }}
),

remedies as (
    select * from {{ ref('int_remedies') }}
),

settings as (
    select * from {{ ref('int_settings') }}
),

failed_rollouts as (
    select
        deployment_key,
        'failed_rollout' as evidence,
        deployment_key as evidence_key,
        'explicit' as link_method,
        finished_at as occurred_at,
        next_success_at as recovered_at
    from deployments
    where outcome = 'failure'
),

by_incident as (
    select
        incident_deployments.deployment_key,
        'incident' as evidence,
        incidents.incident_key as evidence_key,
        incident_deployments.link_method,
        incidents.opened_at as occurred_at,
        incidents.restored_at as recovered_at
    from incident_deployments
    inner join incidents
        on incident_deployments.incident_key = incidents.incident_key
        and incident_deployments.service_key = incidents.service_key
),

by_remedy as (
    select
        deployment_key,
        evidence,
        evidence_key,
        evidence as link_method,
        occurred_at,
        recovered_at
    from remedies
),

evidence as (
    select * from failed_rollouts
    union all
    select * from by_incident
    union all
    select * from by_remedy
)

select
    evidence.deployment_key,
    deployments.service_key,
    evidence.evidence,
    evidence.evidence_key,
    evidence.link_method,
    evidence.occurred_at,
    evidence.recovered_at
from evidence
inner join deployments on evidence.deployment_key = deployments.deployment_key
cross join settings
where {{ seconds_between('deployments.finished_at', 'evidence.occurred_at') }} <= settings.failure_window_days * 86400
