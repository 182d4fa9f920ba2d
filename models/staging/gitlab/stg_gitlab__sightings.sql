{%- set repository = 'repository_id' -%}
{%- set created_at = ts_utc(json_text('created_at')) -%}
{%- set is_over = " in ('success', 'failed', 'canceled', 'rejected', 'skipped')" -%}

{%- set commits %}
    -- a commit has no id of its own: forks share it
    select
        'commits', concat('gitlab:commit:', repository_id, ':', commit_sha), repository_id, channel,
        {{ ts_utc(first_text(['committed_date', 'created_at'])) }}, null, received_at, record_key, _dlt_load_id
    from {{ ref('base_gitlab__commits') }}
    where is_set_aside is not true and change_number is null
    union all
    select
        'commits', concat('gitlab:commit:', repository_id, ':', commit_sha), repository_id, channel,
        committed_at, null, received_at, record_key, _dlt_load_id
    from {{ ref('base_gitlab__push_commits') }}
    where is_set_aside is not true
{%- endset -%}

{{ sightings(
    'gitlab',
    [
        {
            'base': 'merge_requests', 'key': 'merge_request_key', 'began': created_at, 'reopens': true, 'repository': repository,
            'ended': "case when " ~ json_text('state') ~ " in ('merged', 'closed') then "
                ~ ts_utc(first_text(['merged_at', 'closed_at', 'updated_at'])) ~ ' end',
        },
        {
            'base': 'issues', 'key': 'issue_key', 'began': created_at, 'reopens': true, 'repository': repository,
            'ended': "case when " ~ json_text('state') ~ " = 'closed' then " ~ ts_utc(first_text(['closed_at', 'updated_at'])) ~ ' end',
        },
        {
            'base': 'notes', 'key': 'review_key', 'began': created_at, 'repository': repository,
            'where': 'coalesce(' ~ json_text('system') ~ ", '') <> 'true'",
        },
        {
            'base': 'pipelines', 'key': 'build_key', 'began': created_at, 'repository': repository,
            'ended': 'case when ' ~ json_text('status') ~ is_over ~ ' then ' ~ ts_utc(first_text(['finished_at', 'updated_at'])) ~ ' end',
        },
        {
            'base': 'jobs', 'key': 'build_key', 'began': ts_utc(first_text(['created_at', 'build_created_at'])), 'repository': repository,
            'ended': ts_utc(first_text(['finished_at', 'build_finished_at'])),
        },
        {
            'base': 'deployments', 'key': 'candidate_key', 'began': ts_utc(first_text(['created_at', 'status_changed_at'])),
            'repository': repository,
            'ended': 'case when ' ~ json_text('status') ~ is_over ~ ' then ' ~ ts_utc(first_text(['status_changed_at', 'updated_at'])) ~ ' end',
        },
        {'base': 'releases', 'key': 'candidate_key', 'began': ts_utc(json_text('released_at')), 'repository': repository},
    ],
    references='stg_gitlab__projects',
    also=commits,
) }}
