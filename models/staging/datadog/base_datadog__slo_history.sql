{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "slo_id": "$.slo_id id!",
    "from_ts": "$.from_ts moment!",
    "to_ts": "$.to_ts moment!",
    "interval": "$.series.interval count",
    "times": "$.series.times list",
    "good": "$.series.numerator.values list",
    "total": "$.series.denominator.values list",
    "history": "$.overall.history list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_datadog", "slo_history")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

days as (
    select
        -- ids
        record_key,
        concat('datadog:slo:', {{ json_text("slo_id") }}) as slo_id,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ ts_epoch(json_text("from_ts")) }} as began_at,
        {{ ts_epoch(json_text("to_ts")) }} as ended_at,
        try_cast({{ json_text("interval") }} as bigint) as step,
        times,
        good,
        total,
        history
    from fields
)

select * from days
