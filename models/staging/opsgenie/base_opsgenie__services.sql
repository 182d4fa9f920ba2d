{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {"id": "$.id id!", "name": "$.name text!known", "gone_at": "$.gone_at time!known"} %}

with payloads as (
    {{ new_payloads_once(source("raw_opsgenie", "services")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ json_text("id") }} as service_id,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ json_text("name") }} as name
    from fields
)

select * from versions
