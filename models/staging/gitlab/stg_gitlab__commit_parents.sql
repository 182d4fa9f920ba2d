with commits as (select * from {{ ref("base_gitlab__commits") }} where is_set_aside is not true and {{ json_size("parent_ids") }} > 0),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

-- the same commit is listed by its project and by each merge request that carries it
once as (
    select
        projects.repository_key,
        commits.commit_sha,
        max({{ json_texts("commits.parent_ids", "$[*]") }}) as parent_shas,
        max(commits.record_key) as record_key,
        max(commits._dlt_load_id) as _dlt_load_id
    from commits
    inner join projects on commits.repository_id = projects.repository_ref
    group by 1, 2
),

commit_parents as (
    select
        'gitlab' as source,
        once.repository_key,
        once.commit_sha,
        lower(once.parent_shas[parent_index]) as parent_sha,
        cast(parent_index as bigint) as parent_index,
        once.record_key,
        once._dlt_load_id
    from once, {{ explode(numbers_to(list_size("parent_shas")), "parent_index") }}
)

select * from commit_parents
