with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'repository'
        and not is_set_aside
),

repositories as (
    select
        'generic' as source,
        repository_key,
        {{ latest("default_branch") }} as default_branch,
        cast(null as {{ dbt.type_string() }}) as default_head_sha,
        false as is_shallow,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        cast(null as {{ dbt.type_string() }}) as declared_tag_regex,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by repository_key
)

select * from repositories
