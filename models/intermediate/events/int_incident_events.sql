with reported as (
    {{ union_of('incident_events', [
        'incident_io',
        'gitlab',
        'opsgenie',
        'pagerduty',
        'prometheus',
        'datadog',
        'grafana',
        'slack',
        'servicenow',
        'generic',
        'cdevents',
    ]) }}
)

select
    *,
    cast(null as varchar) as service_key,
    cast(null as varchar) as environment,
    kind as outcome,
    incident_key as join_key
from reported
