with reported as (
    {%- for source in ['git', 'github'] %}
    select
        repository_key,
        commit_sha,
        path,
        lines_added,
        lines_deleted
    from {{ ref('stg_' ~ source ~ '__commit_paths') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    repository_key,
    commit_sha,
    path,
    max(lines_added) as lines_added,
    max(lines_deleted) as lines_deleted
from reported
group by repository_key, commit_sha, path
