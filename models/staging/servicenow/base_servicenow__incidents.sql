{{ config(materialized="incremental", incremental_strategy="append") }}

{#- a field without a value is an empty text -#}
{% set maybe_time = "text~^($|[12][0-9]{3}-[0-9]{2}-[0-9]{2})" %}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "page": "$.url text",
    "id": "@.sys_id.value id!",
    "number": "@.number.value text",
    "state": "@.state.value text!",
    "severity": "@.severity.display_value text",
    "priority": "@.priority.display_value text",
    "urgency": "@.urgency.display_value text",
    "category": "@.category.display_value text",
    "short_description": "@.short_description.value text",
    "description": "@.description.value text",
    "close_notes": "@.close_notes.value text",
    "close_code": "@.close_code.value text",
    "service_id": "@.business_service.value text",
    "service_name": "@.business_service.display_value text",
    "item_id": "@.cmdb_ci.value text",
    "item_name": "@.cmdb_ci.display_value text",
    "caused_by_id": "@.caused_by.value text",
    "caused_by_number": "@.caused_by.display_value text",
    "parent_id": "@.parent_incident.value text",
    "correlation_id": "@.correlation_id.value text",
    "opened_by": "@.opened_by.value text",
    "opened_by_link": "@.opened_by.link text",
    "reopen_count": "@.reopen_count.value text~^[0-9]*$",
    "opened_at": "@.opened_at.value time!",
    "work_start": "@.work_start.value " ~ maybe_time,
    "resolved_at": "@.resolved_at.value " ~ maybe_time,
    "closed_at": "@.closed_at.value " ~ maybe_time,
    "updated_at": "@.sys_updated_on.value time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_servicenow", "incidents")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="record") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('servicenow:incident:', {{ json_text("id") }}) as incident_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list, "case when event = 'incident.delete' then '1' else '0' end") }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- what orders it, and how it stands
        {{ ts_utc(json_text("updated_at")) }} as updated_at,
        {{ ts_utc(json_text("opened_at")) }} as opened_at,
        case
            when {{ json_text("state") }} in ('6', '7', '8') then 'resolved'
            when {{ json_text("state") }} = '1' then 'open'
            else 'acknowledged'
        end as standing,
        -- what people rank by; severity is a field that nobody fills in, and its default is 3
        nullif({{ json_text("priority") }}, '') as severity_name,
        case
            when {{ json_text("state") }} in ('6', '7', '8')
                then {{ ts_utc("coalesce(nullif(" ~ json_text("resolved_at") ~ ", ''), nullif(" ~ json_text("closed_at") ~ ", ''))") }}
        end as resolved_at,
        -- fields, as JSON fragments
        id,
        page,
        number,
        state,
        severity,
        urgency,
        category,
        short_description,
        description,
        close_notes,
        close_code,
        service_id,
        service_name,
        item_id,
        item_name,
        caused_by_id,
        caused_by_number,
        parent_id,
        correlation_id,
        opened_by,
        opened_by_link,
        reopen_count,
        work_start
    from fields
)

select * from versions
