with reported as (
    {{ union_of('sightings', [
        'github',
        'incident_io',
        'jenkins',
        'pagerduty',
    ]) }}
)

select * from reported
