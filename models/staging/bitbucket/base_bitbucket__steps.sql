{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$._repository_uuid id!",
    "uuid": "$.uuid id!",
    "pipeline_uuid": "$.pipeline.uuid id!pipeline",
    "parent_uuid": "$._parent_uuid id!pipeline",
    "name": "$.name text",
    "run_number": "$.run_number count",
    "state": "$.state.name name!",
    "result": "$.state.result.name name",
    "started_on": "$.started_on time",
    "completed_on": "$.completed_on time",
} %}
{% set clock = first_text(["completed_on", "started_on"]) %}
{% set rank = "case " ~ json_text("state") ~ " when 'COMPLETED' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "steps")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('bitbucket:step:', lower(trim({{ json_text("uuid") }}, '{}')), ':', coalesce({{ json_text("run_number") }}, '1')) as build_key,
        lower(trim({{ json_text("uuid") }}, '{}')) as step_id,
        lower(trim({{ first_text(["pipeline_uuid", "parent_uuid"]) }}, '{}')) as pipeline_id,
        lower(trim({{ json_text("repository_uuid") }}, '{}')) as repository_id,
        {{ version_key(clock, fields.keys() | list, rank) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        {{ fields | join(", ") }}
    from fields
)

select * from versions
