with reported as (
    {%- for source in ['git', 'github'] %}
    select
        repository_key,
        commit_sha,
        parent_sha,
        parent_index
    from {{ ref('stg_' ~ source ~ '__commit_parents') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    repository_key,
    commit_sha,
    parent_sha,
    min(parent_index) as parent_index
from reported
group by repository_key, commit_sha, parent_sha
