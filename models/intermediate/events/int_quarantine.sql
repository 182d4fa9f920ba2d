with reported as (
    {{ union_of('quarantine', [
        'azure_devops',
        'harness',
        'argocd',
        'circleci',
        'git',
        'github',
        'bitbucket',
        'gitlab',
        'incident_io',
        'jenkins',
        'any',
        'gharchive',
        'opsgenie',
        'pagerduty',
        'prometheus',
        'datadog',
        'grafana',
        'slack',
        'servicenow',
        'sonarqube',
        'generic',
        'surveys',
        'finance',
        'backstage',
        'cdevents',
        'jira',
        'linear',
    ]) }}
)

select
    source,
    stage,
    record_key,
    case when {{ re_match('repository_key', "'[A-Za-z0-9_.:/-]{1,200}'") }} then repository_key end as repository_key,
    entity,
    channel,
    -- a name, an event and a path are made of few characters; anything else is somebody's text
    case when {{ re_match('event', "'[A-Za-z0-9_.:/-]{1,80}'") }} then event else 'unknown' end as event,
    case when {{ re_match('json_path', "'[$][A-Za-z0-9_.*\\[\\]-]{0,200}'") }} then json_path else '$' end as json_path,
    substr(reason, 1, 200) as reason,
    is_set_aside,
    is_open,
    received_at
from reported
