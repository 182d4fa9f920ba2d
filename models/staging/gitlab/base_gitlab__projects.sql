{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!project",
    "hook_id": "$.project_id id!project",
    "web_url": "$.web_url address",
    "branch": "$.default_branch name",
    "created_at": "$.created_at time",
    "updated_at": "$.updated_at time",
    "last_activity_at": "$.last_activity_at time",
} %}
{% set clock = first_text(["updated_at", "last_activity_at", "created_at"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "projects")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ first_text(["id", "hook_id"]) }} as repository_id,
        {{ remote_name(json_text("web_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("branch") }} as default_branch,
        {{ version_key(clock, fields.keys() | list) }} as version_key,
        -- flags
        event = 'project_destroy' as is_deletion,
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
