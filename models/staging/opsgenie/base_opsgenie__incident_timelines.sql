{{ config(materialized="incremental", incremental_strategy="append") }}

{#- what Opsgenie calls it → ours -#}
{% set kinds = {
    "IncidentOpened": "opened", "ResponderAlertAcked": "acknowledged", "IncidentResolved": "resolved", "IncidentClosed": "closed",
} %}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "incident_id": "$._parent_id id!",
    "type": "$.type name!",
    "actor": "$.actor.name text",
    "actor_type": "$.actor.type text",
    "told_at": "$.eventTime time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_opsgenie", "incident_timelines")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

entries as (
    select
        -- ids
        record_key,
        concat('opsgenie:entry:', {{ json_text("id") }}) as event_key,
        concat('opsgenie:incident:', {{ json_text("incident_id") }}) as incident_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        case {{ json_text("type") }}
            {%- for type, kind in kinds.items() %}
            when '{{ type }}' then '{{ kind }}'
            {%- endfor %}
        end as kind,
        case when {{ json_text("actor_type") }} = 'user' then {{ json_text("actor") }} end as actor,
        {{ ts_utc(json_text("told_at")) }} as told_at
    from fields
)

select * from entries
