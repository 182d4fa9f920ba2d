with commits as (
    {%- for base in ["commits", "push_commits"] %}
    select repository_id, commit_sha, {{ json_texts("parents", "$[*].hash") }} as parent_shas, record_key, _dlt_load_id
    from {{ ref("base_bitbucket__" ~ base) }}
    where is_set_aside is not true and {{ json_size("parents") }} > 0
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

-- the same commit is listed by its repository, by each pull request that carries it, and by pushes
once as (
    select
        named.repository_key,
        commits.commit_sha,
        max(commits.parent_shas) as parent_shas,
        max(commits.record_key) as record_key,
        max(commits._dlt_load_id) as _dlt_load_id
    from commits
    inner join named on commits.repository_id = named.repository_ref
    group by 1, 2
),

commit_parents as (
    select
        'bitbucket' as source,
        once.repository_key,
        once.commit_sha,
        lower(once.parent_shas[parent_index]) as parent_sha,
        cast(parent_index as bigint) as parent_index,
        once.record_key,
        once._dlt_load_id
    from once, {{ explode(numbers_to(list_size("parent_shas")), "parent_index") }}
)

select * from commit_parents
