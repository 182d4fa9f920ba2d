{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$._repository_uuid id!",
    "uuid": "$.uuid id!",
    "build_number": "$.build_number count!",
    "run_number": "$.run_number count",
    "state": "$.state.name name!",
    "result": "$.state.result.name name",
    "ref_type": "$.target.ref_type text",
    "ref_name": "$.target.ref_name name",
    "source_branch": "$.target.source text",
    "hash": "$.target.commit.hash name",
    "trigger_name": "$.trigger.name text",
    "creator_uuid": "$.creator.uuid id",
    "creator_name": "$.creator.nickname text",
    "creator_type": "$.creator.type text",
    "created_on": "$.created_on time!",
    "completed_on": "$.completed_on time",
} %}
{% set clock = first_text(["completed_on", "created_on"]) %}
{% set rank = "case " ~ json_text("state") ~ " when 'COMPLETED' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "pipelines")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('bitbucket:pipeline:', lower(trim({{ json_text("repository_uuid") }}, '{}')), ':', {{ json_text("build_number") }}) as build_key,
        lower(trim({{ json_text("uuid") }}, '{}')) as pipeline_id,
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
