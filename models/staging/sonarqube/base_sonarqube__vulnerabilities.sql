{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.key id!",
    "project": "$.project name!",
    "severity": "$.severity text",
    "status": "$.status name!known",
    "resolution": "$.resolution text",
    "created_at": "$.creationDate time!known",
    "updated_at": "$.updateDate time",
    "closed_at": "$.closeDate time",
    "gone_at": "$.gone_at time!known",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_sonarqube", "vulnerabilities")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('sonarqube:issue:', {{ json_text("id") }}) as vulnerability_key,
        {{ version_key(first_text(["gone_at", "updated_at", "created_at"]), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        project,
        severity,
        status,
        resolution,
        created_at,
        updated_at,
        closed_at
    from fields
)

select * from versions
