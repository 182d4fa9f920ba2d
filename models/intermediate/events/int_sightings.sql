with reported as (
    {{ union_of('sightings', [
        'harness',
        'circleci',
        'github',
        'gitlab',
        'incident_io',
        'jenkins',
        'pagerduty',
        'servicenow',
    ]) }}
)

select * from reported
