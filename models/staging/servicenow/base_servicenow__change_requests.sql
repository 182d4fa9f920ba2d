{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "@.sys_id.value id!",
    "number": "@.number.value text",
    "service_name": "@.business_service.display_value text",
    "item_name": "@.cmdb_ci.display_value text",
    "requested_by": "@.requested_by.value text",
    "updated_at": "@.sys_updated_on.value time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_servicenow", "change_requests")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="record") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('servicenow:change_request:', {{ json_text("id") }}) as change_request_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        number,
        service_name,
        item_name,
        requested_by
    from fields
)

select * from versions
