with alert_versions as (select * from {{ ref("base_opsgenie__alerts") }} where is_set_aside is not true),

incident_versions as (select * from {{ ref("base_opsgenie__incidents") }} where is_set_aside is not true),

events as (select * from {{ ref("stg_opsgenie__incident_events") }}),

services as (
    select service_id, min(name) as name
    from {{ ref("base_opsgenie__services") }}
    where is_set_aside is not true and name is not null
    group by service_id
),

alerts as (
    select
        incident_key,
        'alert' as kind,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("number") }} as number,
        max_by(state, version_key) as state,
        {{ latest("priority") }} as priority_name,
        {{ json_texts(latest_fragment("tags"), "$[*]") }} as labels,
        {{ texts_of(["nullif(" ~ latest("entity") ~ ", '')"]) }} as service_names,
        {{ texts_of(["nullif(" ~ latest("alias") ~ ", '')"]) }} as linked,
        concat_ws(chr(10), {{ latest("message") }}, {{ latest("description") }}, {{ agg_text(json_text("note"), "version_key") }}) as text,
        bool_or(coalesce(action = 'Delete', false)) as is_deleted,
        cast(null as {{ dbt.type_string() }}) as url,
        min(opened_at) as opened_at,
        cast(null as timestamp) as mitigated_at,
        max_by(closed_at, version_key) as closed_at
    from alert_versions
    group by incident_key
),

incidents as (
    select
        incident_key,
        'incident' as kind,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("number") }} as number,
        case when lower({{ latest("status") }}) = 'open' then 'open' else 'resolved' end as state,
        {{ latest("priority") }} as priority_name,
        {{ json_texts(latest_fragment("tags"), "$[*]") }} as labels,
        {{ json_texts(latest_fragment("services"), "$[*]") }} as service_names,
        {{ no_texts() }} as linked,
        concat_ws(chr(10), {{ latest("message") }}, {{ latest("description") }}) as text,
        max_by(event = 'incidents.gone', version_key) as is_deleted,
        {{ latest("url") }} as url,
        {{ ts_utc(latest("created_at")) }} as opened_at,
        {{ ts_utc(latest("impact_ended_at")) }} as mitigated_at,
        cast(null as timestamp) as closed_at
    from incident_versions
    group by incident_key
),

impacted as (
    select incident_key, {{ agg_sorted("coalesce(services.name, told.service_id)") }} as names, {{ agg_sorted("services.service_id") }} as ids
    from (select incident_key, service_id from incidents, {{ explode("incidents.service_names", "service_id") }}) as told
    left join services on told.service_id = services.service_id
    group by incident_key
),

reports as (
    select * from alerts
    union all
    select * from incidents where opened_at is not null
),

named as (
    {{ named_by("reports") }}
),

blamed as (
    {{ blamed_by("reports", note="text") }}
),

happened as (
    {{ happened_by("events") }}
)

select
    'opsgenie' as source,
    -- ids
    reports.incident_key,
    reports.kind,
    reports.number,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as repository_key,
    -- text
    coalesce(impacted.names, reports.service_names) as service_names,
    coalesce(impacted.ids, {{ no_texts() }}) as service_aliases,
    reports.labels,
    reports.priority_name as severity_name,
    reports.priority_name,
    case when reports.state = 'open' and happened.acknowledged_at is not null and reports.kind = 'incident' then 'acknowledged' else reports.state end
        as state,
    cast(null as {{ dbt.type_string() }}) as merged_into_key,
    {{ list_sorted(list_plus("reports.linked", "coalesce(named.named_references, " ~ no_texts() ~ ")")) }} as named_references,
    coalesce(blamed.cause_references, {{ no_texts() }}) as cause_references,
    -- numbers, flags
    coalesce(happened.reopened_count, 0) as reopened_count,
    reports.is_deleted,
    reports.url,
    -- timestamps
    reports.opened_at,
    happened.acknowledged_at,
    reports.mitigated_at,
    case when reports.state = 'resolved' then coalesce(reports.closed_at, happened.ended_at, reports.mitigated_at) end as resolved_at,
    cast(null as timestamp) as postmortem_at,
    happened.actor_key,
    -- lineage
    reports.record_key,
    reports._dlt_load_id
from reports
left join impacted on reports.incident_key = impacted.incident_key
left join named on reports.incident_key = named.incident_key
left join blamed on reports.incident_key = blamed.incident_key
left join happened on reports.incident_key = happened.incident_key
