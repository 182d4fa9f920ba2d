{%- set repository = 'coalesce(repository_id, repository_name)' -%}
{%- set completed = json_text('status') ~ " = 'completed'" -%}
{%- set final = json_text('state') ~ " in ('success', 'failure', 'error')" -%}
{%- set created_at = ts_utc(json_text('created_at')) -%}
{%- set closed_at = ts_utc(json_text('closed_at')) -%}

{%- set of_repository %}
    -- a commit has no id of its own: forks share it
    select
        'commits', concat('github:commit:', named.repository_id, ':', listed.commit_sha), named.repository_id, 'api',
        listed.committed_at, null, listed.received_at, listed.record_key, listed._dlt_load_id
    from {{ ref('base_github__commits') }} as listed
    inner join {{ ref('stg_github__repository_references') }} as named on listed.repository_name = named.repository_ref
    where listed.is_set_aside is not true and listed.change_number is null
    union all
    select
        'commits', concat('github:commit:', named.repository_id, ':', pushed.commit_sha), named.repository_id, 'webhook',
        pushed.committed_at, null, pushes.received_at, pushed.record_key, pushed._dlt_load_id
    from {{ ref('base_github__push_commits') }} as pushed
    inner join {{ ref('base_github__pushes') }} as pushes
        on pushed.record_key = pushes.record_key and pushes.is_set_aside is not true
    inner join {{ ref('stg_github__repository_references') }} as named
        on coalesce(pushed.repository_id, pushed.repository_name) = named.repository_ref
    where pushed.is_set_aside is not true
    union all
    -- nor an alert, which is counted in its repository
    select
        'dependabot_alerts', concat('github:', named.repository_id, ':dependabot_alert:', alerts.alert_number),
        named.repository_id, alerts.channel, {{ ts_utc(json_text('alerts.created_at')) }},
        case when {{ json_text('alerts.state') }} <> 'open' then {{ ts_utc(json_text('alerts.updated_at')) }} end,
        alerts.received_at, alerts.record_key, alerts._dlt_load_id
    from {{ ref('base_github__dependabot_alerts') }} as alerts
    inner join {{ ref('stg_github__repository_references') }} as named
        on coalesce(alerts.repository_id, alerts.repository_name) = named.repository_ref
    where alerts.is_set_aside is not true
{%- endset -%}

{{ sightings(
    'github',
    [
        {'base': 'pull_requests', 'key': 'pull_request_key', 'began': created_at, 'ended': closed_at, 'reopens': true, 'repository': repository},
        {'base': 'issues', 'key': 'issue_key', 'began': created_at, 'ended': closed_at, 'reopens': true, 'repository': repository},
        {'base': 'reviews', 'key': 'review_key', 'began': ts_utc(json_text('submitted_at')), 'repository': repository},
        {'base': 'review_comments', 'key': 'review_key', 'began': created_at, 'repository': repository},
        {'base': 'issue_comments', 'key': 'review_key', 'began': created_at, 'repository': repository},
        {
            'base': 'workflow_runs', 'key': 'build_key', 'began': ts_utc(json_text('run_started_at')), 'repository': repository,
            'ended': 'case when ' ~ completed ~ ' then ' ~ ts_utc(json_text('updated_at')) ~ ' end',
        },
        {
            'base': 'workflow_jobs', 'key': 'build_key', 'began': created_at, 'repository': repository,
            'ended': 'case when ' ~ completed ~ ' then ' ~ ts_utc(json_text('completed_at')) ~ ' end',
        },
        {'base': 'deployments', 'key': 'candidate_key', 'began': created_at, 'repository': repository},
        {
            'base': 'deployment_statuses', 'key': 'status_key', 'began': created_at, 'repository': repository,
            'ended': 'case when ' ~ final ~ ' then ' ~ created_at ~ ' end',
            'where': 'coalesce(' ~ json_text('state') ~ ", '') <> 'inactive'",
        },
        {'base': 'releases', 'key': 'candidate_key', 'began': ts_utc(json_text('published_at')), 'repository': repository},
    ],
    references='stg_github__repository_references',
    also=of_repository,
) }}
