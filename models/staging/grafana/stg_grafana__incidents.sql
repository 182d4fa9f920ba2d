with versions as (select * from {{ ref("base_grafana__alerts") }} where is_set_aside is not true and incident_key is not null),

alerts as (
    select
        incident_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest_fragment("labels") }} as labels,
        {{ latest_fragment("annotations") }} as annotations,
        {{ latest("url") }} as url,
        {{ latest("dashboard_url") }} as dashboard_url,
        {{ latest("panel_url") }} as panel_url,
        min(opened_at) as opened_at,
        max(resolved_at) as resolved_at
    from versions
    group by incident_key
),

texts as (
    select incident_key, concat_ws(' ', url, dashboard_url, panel_url, cast(annotations as {{ dbt.type_string() }})) as text
    from alerts
),

named as (
    {{ named_by("texts") }}
),

incidents as (
    select
        'grafana' as source,
        -- ids
        alerts.incident_key,
        'alert' as kind,
        cast(null as {{ dbt.type_string() }}) as number,
        cast(null as {{ dbt.type_string() }}) as project_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        -- text
        {{ texts_of([json_at("alerts.labels", "$.service"), json_at("alerts.labels", "$.app"), json_at("alerts.labels", "$.job")]) }} as service_names,
        {{ pairs_of("alerts.labels") }} as labels,
        {{ json_at("alerts.labels", "$.severity") }} as severity_name,
        cast(null as {{ dbt.type_string() }}) as priority_name,
        case when alerts.resolved_at is null then 'open' else 'resolved' end as state,
        cast(null as {{ dbt.type_string() }}) as merged_into_key,
        coalesce(named.named_references, {{ no_texts() }}) as named_references,
        {{ no_texts() }} as cause_references,
        -- numbers
        cast(0 as bigint) as reopened_count,
        -- flags
        false as is_deleted,
        nullif(alerts.url, '') as url,
        -- timestamps
        alerts.opened_at,
        cast(null as timestamp) as acknowledged_at,
        cast(null as timestamp) as mitigated_at,
        alerts.resolved_at,
        cast(null as timestamp) as postmortem_at,
        -- people
        cast(null as {{ dbt.type_string() }}) as actor_key,
        -- lineage
        alerts.record_key,
        alerts._dlt_load_id
    from alerts
    left join named on alerts.incident_key = named.incident_key
)

select * from incidents
