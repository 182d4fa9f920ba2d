{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "name": "$.name name!",
    "type": "$.type word(triage|backlog|unstarted|started|completed|canceled|duplicate)!",
    "updated_at": "$.updatedAt time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_linear", "workflow_states")) }}
        and event not like '%.gone'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

states as (
    select
        -- ids
        record_key,
        {{ json_text("id") }} as state_id,
        -- text
        {{ json_text("name") }} as state_name,
        lower({{ json_text("type") }}) as state_type,
        -- timestamps
        {{ ts_utc(json_text("updated_at")) }} as updated_at,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from fields
)

select * from states
