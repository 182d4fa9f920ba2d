{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project": "$.project.key name!",
    "analysed_at": "$.analysedAt time!",
    "status": "$.status word(success|failed|cancelled)!",
    "gate": "$.qualityGate.status text",
    "conditions": "$.qualityGate.conditions list",
    "is_main": "$.branch.isMain flag",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_sonarqube", "analyses")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

analyses as (
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
        lower({{ json_text("status") }}) as status,
        {{ json_text("gate") }} as gate,
        conditions,
        coalesce({{ json_text("is_main") }} = 'true', true) as is_main,
        {{ ts_utc(json_text("analysed_at")) }} as analysed_at
    from fields
)

select * from analyses
