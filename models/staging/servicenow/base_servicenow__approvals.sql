{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "page": "$.url text",
    "id": "@.sys_id.value id!",
    "state": "@.state.value text!",
    "subject": "@.sysapproval.value text",
    "source_table": "@.source_table.value text",
    "approver": "@.approver.value text",
    "approver_link": "@.approver.link text",
    "created_at": "@.sys_created_on.value time!",
    "updated_at": "@.sys_updated_on.value time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_servicenow", "approvals")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="record") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('servicenow:approval:', {{ json_text("id") }}) as approval_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- times
        {{ ts_utc(json_text("created_at")) }} as created_at,
        {{ ts_utc(json_text("updated_at")) }} as updated_at,
        -- fields, as JSON fragments
        id,
        page,
        state,
        subject,
        source_table,
        approver,
        approver_link
    from fields
)

select * from versions
