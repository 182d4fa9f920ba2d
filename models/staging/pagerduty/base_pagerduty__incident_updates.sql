{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "event_type": "$.event.event_type name!",
    "occurred_at": "$.event.occurred_at time!",
    "incident_id": "$.event.data.incident.id id!",
    "id": "$.event.data.id id",
    "content": "$.event.data.content text",
    "message": "$.event.data.message text",
    "conference_url": "$.event.data.conference_url text",
    "custom_fields": "$.event.data.custom_fields list",
} %}

with payloads as (
    select *
    from ({{ new_payloads_once(source("raw_pagerduty", "incident_updates")) }})
    where event in ('incident.annotated', 'incident.status_update_published', 'incident.conference_bridge.updated')
        or event like 'incident.custom_field_values.%' or event like 'incident.task.%'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

updates as (
    select
        -- ids
        record_key,
        concat('pagerduty:incident:', {{ json_text("incident_id") }}) as incident_key,
        case when event like 'incident.task.%' then concat('pagerduty:task:', {{ json_text("id") }}) end as action_key,
        {{ version_key(json_text("occurred_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        replace({{ json_text("event_type") }}, 'incident.', '') as told,
        concat_ws(chr(10), {{ json_text("content") }}, {{ json_text("message") }}) as note,
        {{ json_text("conference_url") }} as conference_url,
        custom_fields,
        {{ ts_utc(json_text("occurred_at")) }} as told_at
    from fields
)

select * from updates
