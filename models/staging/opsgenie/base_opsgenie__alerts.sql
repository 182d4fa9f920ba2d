{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "id": "@.id id!alert",
    "alert_id": "@.alertId id!alert",
    "number": "@.tinyId id",
    "alias": "@.alias text",
    "message": "@.message text",
    "description": "@.description text",
    "note": "@.note text",
    "entity": "@.entity text",
    "tags": "@.tags texts",
    "priority": "@.priority text",
    "username": "@.username text",
    "status": "@.status word(open|closed)",
    "acknowledged": "@.acknowledged flag",
    "acknowledged_by": "@.report.acknowledgedBy text",
    "closed_by": "@.report.closedBy text",
    "ack_time": "@.report.ackTime count",
    "close_time": "@.report.closeTime count",
    "created_at": "@.createdAt id!",
    "updated_at": "@.updatedAt id!",
} %}
{#- the API writes times as texts, a webhook as milliseconds and nanoseconds since 1970 -#}
{% set moment = "case when {0} like '____-%' then " ~ ts_utc("{0}") ~ " else " ~ ts_millis("substr({0}, 1, 13)") ~ " end" %}
{% set stands = {"Create": "open", "UnAcknowledge": "open", "Acknowledge": "acknowledged", "Close": "resolved"} %}

with payloads as (
    {{ new_payloads_once(source("raw_opsgenie", "alerts")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="alert") }}
),

timed as (
    select
        *,
        {{ moment.format(json_text("created_at")) }} as opened_at,
        {{ moment.format(json_text("updated_at")) }} as told_at
    from fields
),

versions as (
    select
        -- ids
        record_key,
        concat('opsgenie:alert:', {{ first_text(["id", "alert_id"]) }}) as incident_key,
        concat(coalesce({{ iso_utc("told_at") }}, '0'), '|', {{ content_hash(fields.keys() | list) }}) as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside or opened_at is null as is_set_aside,
        -- what a webhook tells that was done, and how the alert stands
        {{ json_text("action") }} as action,
        told_at,
        opened_at,
        case
            when {{ json_text("status") }} = 'closed' then 'resolved'
            when {{ json_text("status") }} = 'open' then case when {{ json_text("acknowledged") }} = 'true' then 'acknowledged' else 'open' end
            {%- for action, state in stands.items() %}
            when {{ json_text("action") }} = '{{ action }}' then '{{ state }}'
            {%- endfor %}
        end as state,
        {{ json_text("acknowledged_by") }} as acknowledged_by,
        {{ json_text("closed_by") }} as closed_by,
        opened_at + interval 1 millisecond * try_cast({{ json_text("ack_time") }} as bigint) as acknowledged_at,
        opened_at + interval 1 millisecond * try_cast({{ json_text("close_time") }} as bigint) as closed_at,
        -- fields, as JSON fragments
        number,
        alias,
        message,
        description,
        note,
        entity,
        tags,
        priority,
        username
    from timed
)

select * from versions
