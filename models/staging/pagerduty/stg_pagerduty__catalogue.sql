with versions as (select * from {{ ref("base_pagerduty__services") }} where is_set_aside is not true),

services as (
    select
        'pagerduty' as source,
        -- ids
        entity_key,
        'component' as kind,
        -- text
        {{ latest("name") }} as name,
        {{ latest("name") }} as service_name,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        cast(null as {{ dbt.type_string() }}) as path_prefix,
        cast(null as {{ dbt.type_string() }}) as system_name,
        {{ json_at(latest_fragment("teams"), "$[0].summary") }} as owner_name,
        cast(null as {{ dbt.type_string() }}) as lifecycle,
        cast(null as {{ dbt.type_string() }}) as tier,
        -- flags
        max_by(event in ('service.deleted', 'services.gone'), version_key) as is_deleted,
        {{ latest("url") }} as url,
        -- lineage
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by entity_key
)

select * from services
