{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "name": "$.document.metadata.name name!",
    "display_name": "$.document.metadata.displayName text",
    "service": "$.document.spec.service name!",
    "method": "$.document.spec.budgetingMethod word(occurrences|timeslices|ratiotimeslices)",
    "windows": "$.document.spec.timeWindow list",
    "objectives": "$.document.spec.objectives list!",
    "starts_at": "$.starts_at time",
    "seen_at": "$.seen_at time!",
} %}

with payloads as (
    select *
    from ({{ new_payloads_once(source("raw_prometheus", "definitions")) }})
    where event in ('slo', 'slo.gone')
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

slos as (
    select
        -- ids
        record_key,
        concat('prometheus:slo:', {{ json_text("name") }}) as slo_key,
        {{ version_key(json_text("seen_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ first_text(["display_name", "name"]) }} as name,
        {{ json_text("service") }} as service_name,
        {{ json_text("method") }} as budgeting_method,
        {{ json_at("windows", "$[0].duration") }} as duration,
        coalesce({{ json_at("windows", "$[0].isRolling") }} = 'true', false) as is_rolling,
        {{ ts_utc(json_text("starts_at")) }} as starts_at,
        objectives
    from fields
)

select * from slos
