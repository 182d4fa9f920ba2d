{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "type": "$.type name!",
    "created_at": "$.created_at time!",
    "incident_id": "$.incident.id id!",
    "agent_id": "$.agent.id id",
    "agent_type": "$.agent.type text",
    "user_id": "$.user.id id",
    "note": "$.note text",
    "channel_summary": "$.channel.summary text",
    "channel_details": "$.channel.details json",
    "channel_url": "$.channel.client_url text",
    "description": "$.event_details.description text",
    "contexts": "$.contexts list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_pagerduty", "log_entries")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

entries as (
    select
        -- ids
        record_key,
        concat('pagerduty:log_entry:', {{ json_text("id") }}) as event_key,
        concat('pagerduty:incident:', {{ json_text("incident_id") }}) as incident_key,
        -- people: who was told, else who did it
        case
            when {{ json_text("type") }} = 'notify_log_entry' then {{ json_text("user_id") }}
            when {{ json_text("agent_type") }} like 'user%' then {{ json_text("agent_id") }}
        end as actor,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        replace({{ json_text("type") }}, '_log_entry', '') as type,
        concat_ws(chr(10), {{ json_text("note") }}, {{ json_text("channel_summary") }}) as note,
        concat_ws(
            chr(10), cast(channel_details as {{ dbt.type_string() }}), {{ json_text("channel_url") }}, {{ json_text("description") }},
            cast(contexts as {{ dbt.type_string() }})
        ) as details,
        {{ ts_utc(json_text("created_at")) }} as occurred_at
    from fields
)

select * from entries
