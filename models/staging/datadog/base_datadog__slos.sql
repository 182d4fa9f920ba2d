{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "name": "$.name text",
    "type": "$.type text",
    "tags": "$.tags texts",
    "thresholds": "$.thresholds list",
    "modified_at": "$.modified_at moment",
    "gone_at": "$.gone_at time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_datadog", "slos")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

slos as (
    select
        -- ids
        record_key,
        concat('datadog:slo:', {{ json_text("id") }}) as slo_id,
        concat(
            coalesce({{ iso_utc(ts_utc(json_text("gone_at"))) }}, {{ iso_utc(ts_epoch(json_text("modified_at"))) }}, '0'), '|',
            {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        name,
        type,
        tags,
        thresholds
    from fields
)

select * from slos
