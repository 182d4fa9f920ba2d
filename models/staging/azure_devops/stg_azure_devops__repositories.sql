with versions as (select * from {{ ref("base_azure_devops__repositories") }} where is_set_aside is not true),

repositories as (
    select
        'azure_devops' as source,
        {{ latest_fragment("repository_key") }} as repository_key,
        {{ latest_fragment("default_branch") }} as default_branch,
        cast(null as {{ dbt.type_string() }}) as default_head_sha,
        false as is_shallow,
        max_by(is_gone, version_key) as is_deleted,
        cast(null as {{ dbt.type_string() }}) as declared_tag_regex,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by repository_id
)

select * from repositories
where repository_key is not null
-- a name can be taken again after a repository is deleted
qualify row_number() over (partition by repository_key order by is_deleted, record_key) = 1
