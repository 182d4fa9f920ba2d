-- Successful production deployments that were made to mend something live, with each reason once.
with deployments as (
    select * from {{ ref('int_production_deployments') }} where outcome = 'success'
),

remedies as (
    select * from {{ ref('int_remedies') }}
),

changes as (
    select change_key, closed_references from {{ ref('int_changes') }}
),

change_deployments as (
    select * from {{ ref('int_change_deployments') }}
),

hotfixes as (
    select change_key from {{ ref('int_changes') }} where is_hotfix
),

incidents as (
    select distinct _report_key.report_key
    from {{ ref('int_incidents') }} as incidents, {{ explode('incidents.report_keys', 'report_key') }}
),

by_remedy as (
    select remedy_deployment_key as deployment_key, evidence as reason
    from remedies
    where remedy_deployment_key is not null
),

-- a hotfix is rework whether or not anything that it could blame is known
by_hotfix as (
    select change_deployments.deployment_key, 'hotfix' as reason
    from change_deployments
    inner join hotfixes on change_deployments.change_key = hotfixes.change_key
    where not change_deployments.is_first
),

closing as (
    select changes.change_key, _reference.reference
    from changes, {{ explode('changes.closed_references', 'reference') }}
),

by_incident_fix as (
    select change_deployments.deployment_key, 'incident_fix' as reason
    from closing
    inner join incidents on closing.reference = incidents.report_key
    inner join change_deployments on closing.change_key = change_deployments.change_key
    where not change_deployments.is_first
),

reasons as (
    select * from by_remedy
    union
    select * from by_hotfix
    union
    select * from by_incident_fix
)

select distinct reasons.deployment_key, reasons.reason
from reasons
inner join deployments on reasons.deployment_key = deployments.deployment_key
