with versions as (select * from {{ ref("base_azure_devops__iterations") }} where is_set_aside is not true),

sprints as (
    select
        'azure_devops' as source,
        sprint_key,
        {{ latest_fragment("project_key") }} as project_key,
        coalesce({{ latest_fragment("name") }}, sprint_key) as name,
        case {{ latest_fragment("time_frame") }} when 'past' then 'closed' when 'current' then 'active' else 'future' end as state,
        {{ latest_fragment("starts_at") }} as starts_at,
        {{ latest_fragment("ends_at") }} as ends_at,
        case when {{ latest_fragment("time_frame") }} = 'past' then {{ latest_fragment("ends_at") }} end as completed_at,
        max_by(is_gone, version_key) as is_deleted,
        cast(null as {{ dbt.type_string() }}) as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by sprint_key
)

select * from sprints
