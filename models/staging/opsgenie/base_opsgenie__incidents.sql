{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "number": "$.tinyId id",
    "message": "$.message text",
    "description": "$.description text",
    "status": "$.status word(open|resolved|closed)!known",
    "tags": "$.tags texts",
    "priority": "$.priority text",
    "services": "$.impactedServices texts",
    "url": "$.links.web text",
    "impact_ended_at": "$.impactEndDate time",
    "created_at": "$.createdAt time!known",
    "updated_at": "$.updatedAt time",
    "gone_at": "$.gone_at time!known",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_opsgenie", "incidents")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('opsgenie:incident:', {{ json_text("id") }}) as incident_key,
        {{ version_key(first_text(["gone_at", "updated_at"]), fields.keys() | list) }} as version_key,
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
        message,
        description,
        status,
        tags,
        priority,
        services,
        url,
        impact_ended_at,
        created_at,
        gone_at
    from fields
)

select * from versions
