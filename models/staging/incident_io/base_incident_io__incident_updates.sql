{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "incident_id": "$.incident_id id!",
    "category": "$.new_incident_status.category word(triage|declined|merged|canceled|live|learning|closed|paused)!",
    "status_name": "$.new_incident_status.name text",
    "severity_name": "$.new_severity.name text",
    "merged_into": "$.merged_into_incident_id id",
    "updater_email": "$.updater.user.email text",
    "updater_id": "$.updater.user.id text",
    "message": "$.message text",
    "created_at": "$.created_at time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_incident_io", "incident_updates")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

updates as (
    select
        -- ids
        record_key,
        concat('incident_io:incident:', {{ json_text("incident_id") }}) as incident_key,
        'incident_io:incident:' || {{ json_text("merged_into") }} as merged_into_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        lower({{ json_text("category") }}) as category,
        {{ json_text("status_name") }} as status_name,
        {{ json_text("severity_name") }} as severity_name,
        {{ first_text(["updater_email", "updater_id"]) }} as updater,
        {{ json_text("message") }} as message,
        {{ ts_utc(json_text("created_at")) }} as told_at
    from fields
)

select * from updates
