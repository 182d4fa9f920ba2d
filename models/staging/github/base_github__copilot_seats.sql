{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "organisation": "$._organisation name!",
    "day": "$._day time!",
    "read_at": "$._read_at time",
    "seat_breakdown": "$.seat_breakdown object!",
    "seats": "$.seat_breakdown.total count!",
    "active_seats": "$.seat_breakdown.active_this_cycle count",
    "inactive_seats": "$.seat_breakdown.inactive_this_cycle count",
    "added_seats": "$.seat_breakdown.added_this_cycle count",
    "invited_seats": "$.seat_breakdown.pending_invitation count",
    "cancelled_seats": "$.seat_breakdown.pending_cancellation count",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "copilot_seats")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ json_text("organisation") }} as organisation,
        {{ json_text("day") }} as day,
        {{ version_key(json_text("read_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        seats,
        active_seats,
        inactive_seats,
        added_seats,
        invited_seats,
        cancelled_seats
    from fields
)

select * from versions
