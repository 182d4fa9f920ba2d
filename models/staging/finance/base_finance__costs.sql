{{ config(materialized="incremental", incremental_strategy="append") }}

{#- FOCUS's columns, then our own -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "file": "$.file name!",
    "line": "$.line count!",
    "seen_at": "$.seen_at time!",
    "effective_cost": "$.row.EffectiveCost number",
    "billed_cost": "$.row.BilledCost number",
    "billing_currency": "$.row.BillingCurrency name!currency",
    "charge_start": "$.row.ChargePeriodStart time!start",
    "charge_end": "$.row.ChargePeriodEnd time!end",
    "id": "$.row.id id",
    "kind": "$.row.kind word(cloud|loaded|escalation|refund)",
    "amount": "$.row.amount number",
    "currency": "$.row.currency name!currency",
    "quantity": "$.row.quantity count",
    "starts_at": "$.row.starts_at time!start",
    "ends_at": "$.row.ends_at time!end",
    "service": "$.row.service text",
    "team": "$.row.team text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_finance", "costs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

costs as (
    select
        -- ids
        record_key,
        {{ json_text("file") }} as file_name,
        {{ ts_utc(json_text("seen_at")) }} as seen_at,
        concat('finance:cost:', coalesce({{ json_text("id") }}, concat({{ json_text("file") }}, ':', {{ json_text("line") }}))) as cost_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields: what was paid for use counts, not when it was billed
        case event when 'focus' then 'cloud' else lower({{ json_text("kind") }}) end as kind,
        {{ json_text("service") }} as service_name,
        {{ json_text("team") }} as team_name,
        try_cast({{ first_text(["effective_cost", "billed_cost", "amount"]) }} as double) as amount,
        upper({{ first_text(["billing_currency", "currency"]) }}) as currency,
        try_cast({{ json_text("quantity") }} as bigint) as count,
        {{ ts_utc(first_text(["charge_start", "starts_at"])) }} as starts_at,
        {{ ts_utc(first_text(["charge_end", "ends_at"])) }} as ends_at
    from fields
)

select * from costs
