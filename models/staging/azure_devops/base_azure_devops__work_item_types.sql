{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {"name": "$.name name!", "project": "$._project name!", "states": "$.states list"} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "work_item_types")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

listed as (
    select record_key, item, position
    from fields, {{ explode_numbered(json_list("states"), "item", "position") }}
),

states as (
    {{ json_fields("listed", "item", {"state": "$.name", "category": "$.category"}, ["record_key", "position"]) }}
),

types as (
    select
        fields.record_key,
        coalesce(states.position, 0) as position,
        concat('azure_devops:', lower({{ json_text("fields.project") }})) as project_key,
        {{ json_text("fields.name") }} as type_name,
        {{ json_text("states.state") }} as state,
        {{ json_text("states.category") }} as category,
        fields.channel,
        fields.event,
        fields.received_at,
        fields._dlt_load_id,
        case when coalesce(states.position, 1) = 1 then fields.problems end as problems,
        fields.is_set_aside
    from fields
    left join states on fields.record_key = states.record_key
)

select * from types
