{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "slo": "$.slo name!",
    "objective": "$.objective count!",
    "part": "$.part word(good|bad|total|success|failure|value)!",
    "step": "$.step count!",
    "method": "$.method text",
    "op": "$.op word(lt|lte|gt|gte)",
    "limit_value": "$.limit json",
    "slice_target": "$.slice_target json",
    "sample": "$.value list!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_prometheus", "measurements")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

samples as (
    select
        -- ids
        record_key,
        concat(
            'prometheus:slo:', {{ json_text("slo") }}, case {{ json_text("objective") }} when '1' then '' else concat(':', {{ json_text("objective") }}) end
        ) as slo_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ json_text("part") }} as part,
        {{ json_text("method") }} as method,
        {{ json_text("op") }} as op,
        try_cast({{ json_text("limit_value") }} as double) as limit_value,
        try_cast({{ json_text("slice_target") }} as double) as slice_target,
        try_cast({{ json_text("step") }} as bigint) as step,
        {{ ts_epoch("try_cast(" ~ json_at("sample", "$[0]") ~ " as double)") }} as ended_at,
        -- a quantile beyond the last bucket is infinite; NaN is no number
        case {{ json_at("sample", "$[1]") }}
            when 'NaN' then null when '+Inf' then 1e300 when '-Inf' then -1e300 else try_cast({{ json_at("sample", "$[1]") }} as double)
        end as value
    from fields
)

select * from samples
