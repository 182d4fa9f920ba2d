with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'component'
        and not is_set_aside
),

catalogue as (
    select
        'generic' as source,
        concat('generic:component:', id) as entity_key,
        {{ latest("kind") }} as kind,
        {{ latest("name") }} as name,
        coalesce({{ latest("service") }}, {{ latest("name") }}) as service_name,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        {{ latest("path_prefix") }} as path_prefix,
        {{ latest("system_name") }} as system_name,
        {{ latest("owner_team") }} as owner_name,
        {{ latest("lifecycle") }} as lifecycle,
        {{ latest("tier") }} as tier,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        {{ latest("url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from catalogue
