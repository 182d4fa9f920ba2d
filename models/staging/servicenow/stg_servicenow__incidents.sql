with versions as (select * from {{ ref("base_servicenow__incidents") }} where is_set_aside is not true),

events as (select * from {{ ref("stg_servicenow__incident_events") }}),

incidents as (
    select
        incident_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("id") }} as id,
        {{ latest("number") }} as number,
        {{ latest("state") }} as state,
        max_by(standing, version_key) as standing,
        max_by(severity_name, version_key) as severity_name,
        nullif({{ latest("severity") }}, '') as severity,
        nullif({{ latest("urgency") }}, '') as urgency,
        nullif({{ latest("category") }}, '') as category,
        lower({{ latest("close_code") }}) as close_code,
        nullif({{ latest("parent_id") }}, '') as parent_id,
        {% for field in ["service_id", "service_name", "item_id", "item_name", "caused_by_id", "caused_by_number", "correlation_id"] -%}
        nullif({{ latest(field) }}, '') as {{ field }},
        {% endfor -%}
        concat_ws(chr(10), {{ latest("short_description") }}, {{ latest("description") }}, {{ latest("close_notes") }}) as text,
        try_cast({{ latest("reopen_count") }} as bigint) as reopen_count,
        max_by(event = 'incident.delete', version_key) as is_deleted,
        {{ latest("page") }} as page,
        -- the instance, from the address of whoever opened it
        regexp_extract({{ latest("opened_by_link") }}, '^https?://[^/]+', 0) as instance,
        min(opened_at) as opened_at,
        {{ ts_utc("nullif(" ~ latest("work_start") ~ ", '')") }} as work_started_at,
        max_by(resolved_at, version_key) as resolved_at
    from versions
    group by incident_key
),

texts as (
    select incident_key, text, text as note from incidents
),

named as (
    {{ named_by("texts") }}
),

blamed as (
    {{ blamed_by("texts") }}
),

happened as (
    {{ happened_by("events") }}
),

standing as (
    select
        incident_key,
        -- a duplicate that is closed under another one is part of it
        case when standing = 'resolved' and close_code like '%duplicate%' and parent_id is not null then 'merged' else standing end as state
    from incidents
)

select
    'servicenow' as source,
    -- ids
    incidents.incident_key,
    'incident' as kind,
    incidents.number,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as repository_key,
    -- text
    {{ texts_of(["coalesce(incidents.service_name, incidents.item_name, incidents.service_id, incidents.item_id)"]) }} as service_names,
    {{ list_sorted(texts_of(["incidents.service_id", "incidents.item_id", "incidents.item_name"])) }} as service_aliases,
    {{ texts_of(["'category:' || incidents.category", "'urgency:' || incidents.urgency", "'severity:' || incidents.severity"]) }} as labels,
    incidents.severity_name,
    incidents.severity_name as priority_name,
    standing.state,
    case when standing.state = 'merged' then 'servicenow:incident:' || incidents.parent_id end as merged_into_key,
    {{ list_sorted(list_plus(
        texts_of(["incidents.caused_by_number", "incidents.correlation_id"]), "coalesce(named.named_references, " ~ no_texts() ~ ")"
    )) }} as named_references,
    {{ list_sorted(list_plus(
        texts_of(["incidents.caused_by_number", "'servicenow:change_request:' || incidents.caused_by_id"]),
        "coalesce(blamed.cause_references, " ~ no_texts() ~ ")"
    )) }} as cause_references,
    -- numbers
    greatest(coalesce(happened.reopened_count, 0), coalesce(incidents.reopen_count, 0)) as reopened_count,
    -- flags: what was cancelled was none
    incidents.is_deleted or incidents.state = '8' as is_deleted,
    coalesce(incidents.page, nullif(incidents.instance, '') || '/nav_to.do?uri=incident.do?sys_id=' || incidents.id) as url,
    -- timestamps
    incidents.opened_at,
    coalesce(incidents.work_started_at, happened.acknowledged_at) as acknowledged_at,
    cast(null as timestamp) as mitigated_at,
    case when standing.state in ('resolved', 'merged') then coalesce(incidents.resolved_at, happened.ended_at) end as resolved_at,
    cast(null as timestamp) as postmortem_at,
    happened.actor_key,
    -- lineage
    incidents.record_key,
    incidents._dlt_load_id
from incidents
inner join standing on incidents.incident_key = standing.incident_key
left join named on incidents.incident_key = named.incident_key
left join blamed on incidents.incident_key = blamed.incident_key
left join happened on incidents.incident_key = happened.incident_key
