with reported as (
    {{ union_of('sightings', [
        'harness',
        'circleci',
        'github',
        'gitlab',
        'incident_io',
        'jenkins',
        'opsgenie',
        'pagerduty',
        'servicenow',
    ]) }}
)

select * from reported
