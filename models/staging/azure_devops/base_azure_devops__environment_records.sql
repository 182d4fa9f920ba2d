{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "project": "$._project name!",
    "environment": "$._parent_name name!",
    "definition": "$.definition.name text",
    "build": "$.owner.id id",
    "stage": "$.stageName text",
    "job": "$.jobName text",
    "result": "$.result text",
    "queued_at": "$.queueTime time",
    "started_at": "$.startTime time",
    "finished_at": "$.finishTime time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "environment_records")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

records as (
    select
        record_key,
        concat('azure_devops:environment_record:', lower({{ json_text("project") }}), ':', {{ json_text("id") }}) as candidate_key,
        concat(case when {{ json_text("finished_at") }} is null then '0' else '1' end, '|', {{ content_hash(fields) }}) as version_key,
        concat('azure_devops:build:', lower(split_part({{ json_text("project") }}, '/', 1)), ':', {{ json_text("build") }}) as build_run_key,
        {{ json_text("environment") }} as environment_name,
        {{ json_text("definition") }} as definition,
        {{ first_text(["stage", "job"]) }} as name,
        lower({{ json_text("result") }}) as result,
        {{ ts_utc(json_text("queued_at")) }} as queued_at,
        {{ ts_utc(json_text("started_at")) }} as started_at,
        {{ ts_utc(json_text("finished_at")) }} as finished_at,
        channel,
        event,
        received_at,
        _dlt_load_id,
        problems,
        is_set_aside
    from fields
)

select * from records
