{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}

with payloads as (
    {{ new_payloads_once(source("raw_surveys", "files")) }}
),

fields as (
    {{ json_fields("payloads", "payload", {"file": "$.file name!", "seen_at": "$.seen_at time!"}, keep) }}
)

select
    record_key, channel, event, received_at, _dlt_load_id, problems, is_set_aside,
    {{ json_text("file") }} as file_name,
    {{ ts_utc(json_text("seen_at")) }} as seen_at
from fields
