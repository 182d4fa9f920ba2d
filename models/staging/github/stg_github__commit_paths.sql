with pushed as (select * from {{ ref("base_github__push_commits") }} where is_set_aside is not true and has_paths),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

paths as (
    select coalesce(repository_id, repository_name) as repository_ref, commit_sha, path, record_key, _dlt_load_id
    from pushed, {{ explode(list_plus(list_plus("added", "modified"), "removed"), "path") }}
),

commit_paths as (
    select
        'github' as source,
        repository_references.repository_key,
        paths.commit_sha,
        paths.path,
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        max(paths.record_key) as record_key,
        max(paths._dlt_load_id) as _dlt_load_id
    from paths
    inner join repository_references on paths.repository_ref = repository_references.repository_ref
    group by 2, 3, 4
)

select * from commit_paths
