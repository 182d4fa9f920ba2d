with named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

pushes as (
    select *
    from {{ ref("base_bitbucket__pushes") }}
    where is_set_aside is not true and kind = 'branch' and after_sha is not null
),

heads as (
    select
        named.repository_key,
        pushes.ref_name as branch,
        max_by(pushes.after_sha, concat({{ iso_utc("pushes.pushed_at") }}, '|', pushes.after_sha)) as head_sha
    from pushes
    inner join named on pushes.repository_id = named.repository_ref
    group by 1, 2
),

-- a name can be taken again after a repository is deleted
paths as (
    select
        repository_key,
        max_by(default_branch, concat(not is_deleted, '|', record_key)) as default_branch,
        bool_and(is_deleted) as is_deleted,
        max_by(record_key, concat(not is_deleted, '|', record_key)) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from named
    group by 1
),

repositories as (
    select
        'bitbucket' as source,
        paths.repository_key,
        paths.default_branch,
        heads.head_sha as default_head_sha,
        false as is_shallow,
        paths.is_deleted,
        cast(null as {{ dbt.type_string() }}) as declared_tag_regex,
        paths.record_key,
        paths._dlt_load_id
    from paths
    left join heads on paths.repository_key = heads.repository_key and paths.default_branch = heads.branch
)

select * from repositories
