with reported as (
    {{ union_of('sightings', [
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
