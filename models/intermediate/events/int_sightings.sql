with reported as (
    {{ union_of('sightings', [
        'azure_devops',
        'harness',
        'circleci',
        'github',
        'bitbucket',
        'gitlab',
        'incident_io',
        'jenkins',
        'opsgenie',
        'pagerduty',
        'surveys',
        'servicenow',
        'jira',
        'linear',
        'slack',
    ]) }}
)

select * from reported
