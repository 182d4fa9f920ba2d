{%- set commits %}
    -- a commit has no id of its own: forks share it
    {%- for base in ['commits', 'push_commits'] %}
    select
        'commits', concat('bitbucket:commit:', repository_id, ':', commit_sha), repository_id, channel,
        {{ ts_utc(json_text('date')) }}, null, received_at, record_key, _dlt_load_id
    from {{ ref('base_bitbucket__' ~ base) }}
    where is_set_aside is not true {{ 'and change_number is null' if base == 'commits' }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endset -%}

{{ sightings(
    'bitbucket',
    [
        {
            'base': 'pull_requests', 'key': 'pull_request_key', 'began': ts_utc(json_text('created_on')), 'repository': 'repository_id',
            'ended': "case when lower(" ~ json_text('state') ~ ") in ('merged', 'declined', 'superseded') then " ~ ts_utc(first_text(['closed_on', 'updated_on'])) ~ ' end',
        },
        {
            'base': 'activities', 'key': "concat('bitbucket:comment:', " ~ json_text('comment_id') ~ ')', 'repository': 'repository_id',
            'began': ts_utc(json_text('commented_on')), 'where': json_text('comment_id') ~ ' is not null',
        },
    ],
    references='stg_bitbucket__repository_references',
    also=commits,
) }}
