{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.sys_id.value id!",
    "record_id": "$.documentkey.value id!",
    "old_state": "$.oldvalue.value text",
    "new_state": "$.newvalue.value text!",
    "user_name": "$.user.value text",
    "created_at": "$.sys_created_on.value time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_servicenow", "audits")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

audits as (
    select
        -- ids
        record_key,
        concat('servicenow:audit:', {{ json_text("id") }}) as audit_key,
        concat('servicenow:incident:', {{ json_text("record_id") }}) as incident_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        case
            when {{ json_text("new_state") }} in ('6', '7', '8') then 'resolved'
            when {{ json_text("new_state") }} = '1' then 'open'
            else 'acknowledged'
        end as standing,
        nullif({{ json_text("user_name") }}, '') as user_name,
        {{ ts_utc(json_text("created_at")) }} as told_at
    from fields
)

select * from audits
