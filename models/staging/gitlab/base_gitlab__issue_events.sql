{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "$._project_id id",
    "id": "$.id id!",
    "issue_id": "$.resource_id id!",
    "state": "$.state name!kind",
    "action": "$.action word(add|remove)!kind",
    "label": "$.label object",
    "label_name": "$.label.name name",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "created_at": "$.created_at time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "resource_state_events")) }}
    union all
    {{ new_payloads_once(source("raw_gitlab", "resource_label_events")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:', event, ':', {{ json_text("id") }}) as issue_event_key,
        concat('gitlab:issue:', {{ json_text("issue_id") }}) as issue_key,
        {{ json_text("project_id") }} as repository_id,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        {{ fields | join(", ") }}
    from fields
)

select * from versions
