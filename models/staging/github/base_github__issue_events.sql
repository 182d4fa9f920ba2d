{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "issue_number": "$._issue_index_number count!",
    "action": "$.event name!",
    "label": "$.label.name name",
    "actor": "$.actor.login name",
    "url": "$.url address!",
    "created_at": "$.created_at time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "issue_events")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

issue_events as (
    select
        -- ids
        record_key,
        concat('github:issue_event:', {{ json_text("id") }}) as issue_event_key,
        {{ repository_name(json_text("url")) }} as repository_name,
        -- numbers
        try_cast({{ json_text("issue_number") }} as bigint) as number,
        -- text
        {{ json_text("action") }} as kind,
        {{ json_text("label") }} as label_name,
        {{ json_text("actor") }} as actor_login,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as occurred_at,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from fields
)

select * from issue_events
