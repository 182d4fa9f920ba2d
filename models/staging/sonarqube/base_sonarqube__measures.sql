{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {"project": "$.project name!", "metric": "$.metric name!", "history": "$.history list!"} %}

with payloads as (
    {{ new_payloads_once(source("raw_sonarqube", "measures")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

measures as (
    select
        -- ids
        record_key,
        {{ json_text("project") }} as project,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ json_text("metric") }} as metric,
        history
    from fields
)

select * from measures
