{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id",
    "issue_number": "$._issue_index_number",
    "action": "$.event",
    "label": "$.label.name",
    "actor": "$.actor.login",
    "url": "$.url",
    "created_at": "$.created_at",
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
        -- lineage
        received_at,
        _dlt_load_id
    from fields
    where {{ json_text("id") }} is not null
)

select * from issue_events
