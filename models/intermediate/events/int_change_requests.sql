{%- set columns = [
    'source', 'change_key', 'repository_key', 'change_number', 'target_branch', 'source_branch', 'merge_commit_sha', 'head_sha', 'actor_key',
    'is_bot', 'is_revert', 'is_deleted', 'labels', 'closed_references', 'lines_added', 'lines_deleted', 'files_changed', 'commit_count',
    'opened_at', 'ready_at', 'merged_at', 'closed_at', 'url', 'record_key'
] -%}

with reported as (
    {%- for source in ['github'] %}
    select {{ columns | join(', ') }}
    from {{ ref('stg_' ~ source ~ '__changes') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    *,
    coalesce(merged_at, closed_at, opened_at) as occurred_at,
    repository_key as service_key,
    cast(null as varchar) as environment,
    case when merged_at is not null then 'merged' when closed_at is not null then 'closed' else 'open' end as outcome,
    merge_commit_sha as join_key
from reported
where not is_deleted
