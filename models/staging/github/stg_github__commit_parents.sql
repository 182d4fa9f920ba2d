with commits as (select * from {{ ref("base_github__commits") }} where is_set_aside is not true and has_parents),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

-- the same commit is listed by its repository and by each pull request that carries it
once as (
    select
        repository_references.repository_key,
        commits.commit_sha,
        max(commits.parent_shas) as parent_shas,
        max(commits.record_key) as record_key,
        max(commits._dlt_load_id) as _dlt_load_id
    from commits
    inner join repository_references on commits.repository_name = repository_references.repository_ref
    group by 1, 2
),

positions as (
    select once.*, parent_index
    from once, {{ explode(numbers_to(list_size("parent_shas")), "parent_index") }}
),

commit_parents as (
    select
        'github' as source,
        repository_key,
        commit_sha,
        lower(parent_shas[parent_index]) as parent_sha,
        cast(parent_index as bigint) as parent_index,
        record_key,
        _dlt_load_id
    from positions
)

select * from commit_parents
