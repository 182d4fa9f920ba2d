with reported as (
    {{ union_of('incident_actions', [
        'incident_io',
        'pagerduty',
        'generic',
    ]) }}
)

select
    *,
    coalesce(completed_at, created_at) as occurred_at,
    cast(null as varchar) as service_key,
    cast(null as varchar) as actor_key,
    cast(null as varchar) as environment,
    state as outcome,
    incident_key as join_key
from reported
