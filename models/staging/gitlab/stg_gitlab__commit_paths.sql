with pushed as (select * from {{ ref("base_gitlab__push_commits") }} where is_set_aside is not true and has_paths),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

paths as (
    select repository_id, commit_sha, path, record_key, _dlt_load_id
    from pushed, {{ explode(list_plus(list_plus("added", "modified"), "removed"), "path") }}
),

commit_paths as (
    select
        'gitlab' as source,
        projects.repository_key,
        paths.commit_sha,
        paths.path,
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        max(paths.record_key) as record_key,
        max(paths._dlt_load_id) as _dlt_load_id
    from paths
    inner join projects on paths.repository_id = projects.repository_ref
    group by 2, 3, 4
)

select * from commit_paths
