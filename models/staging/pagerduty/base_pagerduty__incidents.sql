{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "event_type": "$.event.event_type text",
    "occurred_at": "$.event.occurred_at time!clock",
    "agent_id": "$.event.agent.id id",
    "agent_type": "$.event.agent.type text",
    "id": "@.id id!",
    "type": "@.type text",
    "number": "@.incident_number count",
    "webhook_number": "@.number count",
    "status": "@.status word(triggered|acknowledged|resolved)!",
    "incident_key": "@.incident_key text",
    "title": "@.title text",
    "url": "@.html_url text",
    "service_id": "@.service.id id",
    "service_name": "@.service.summary text",
    "priority": "@.priority object",
    "priority_name": "@.priority.summary text",
    "urgency": "@.urgency text",
    "incident_type": "@.incident_type.name text",
    "merged_into": "@.resolve_reason.incident.id id",
    "external_references": "@.external_references list",
    "conference_url": "@.conference_bridge.conference_url text",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time!clock",
    "status_changed_at": "@.last_status_change_at time",
    "resolved_at": "@.resolved_at time",
    "reopened_at": "@.reopened_at time",
} %}
{% set status = json_text("status") %}
{% set rank = "case " ~ status ~ " when 'resolved' then '2' when 'acknowledged' then '1' else '0' end" %}

with landed as (
    {{ new_payloads_once(source("raw_pagerduty", "incidents")) }}
),

entries as (
    {{ new_payloads_once(source("raw_pagerduty", "log_entries")) }}
),

-- what happened to an old incident brings the incident as it is now
inner_incidents as (
    {{ json_fields("entries", "payload", {"payload": "$.incident"}, keep) }}
),

payloads as (
    select record_key, channel, event, received_at, payload, _dlt_load_id from landed
    union all
    select record_key, channel, event, received_at, payload, _dlt_load_id from inner_incidents
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="event.data") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('pagerduty:incident:', {{ json_text("id") }}) as incident_key,
        {{ version_key(first_text(["occurred_at", "updated_at"]), fields.keys() | list, rank) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- what a webhook tells that happened
        replace({{ json_text("event_type") }}, 'incident.', '') as told,
        {{ ts_utc(json_text("occurred_at")) }} as told_at,
        case when {{ json_text("agent_type") }} = 'user_reference' then {{ json_text("agent_id") }} end as told_by,
        {{ ts_utc(json_text("created_at")) }} as opened_at,
        {{ ts_utc(json_text("reopened_at")) }} as reopened_at,
        case
            when {{ status }} = 'resolved' then coalesce(
                {{ ts_utc(first_text(["resolved_at", "status_changed_at"])) }},
                case when {{ json_text("event_type") }} = 'incident.resolved' then {{ ts_utc(json_text("occurred_at")) }} end
            )
        end as resolved_at,
        -- fields, as JSON fragments
        coalesce(number, webhook_number) as number,
        status,
        incident_key as deduplication_key,
        title,
        url,
        service_id,
        service_name,
        priority,
        priority_name,
        urgency,
        incident_type,
        merged_into,
        external_references,
        conference_url
    from fields
    -- a log entry may hold no more than a reference
    where {{ json_text("type") }} is distinct from 'incident_reference'
)

select * from versions
