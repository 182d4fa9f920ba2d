{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "build_id": "$._parent_id id!build",
    "earlier_build_id": "$._parent__parent_id id!build",
    "project": "$._project name!",
    "kind": "$.type name!",
    "name": "$.name text",
    "identifier": "$.identifier text",
    "state": "$.state text",
    "result": "$.result text",
    "attempt": "$.attempt count",
    "started_at": "$.startTime time",
    "finished_at": "$.finishTime time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "timeline_records")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

runs as (
    -- a record of an earlier attempt was asked of a record of the newest one
    select
        *,
        concat(lower(split_part({{ json_text("project") }}, '/', 1)), ':', {{ first_text(["build_id", "earlier_build_id"]) }}) as run_id
    from fields
),

records as (
    select
        record_key,
        concat('azure_devops:build:', run_id) as run_key,
        concat('azure_devops:job:', run_id, ':', {{ json_text("id") }}, ':', coalesce({{ json_text("attempt") }}, '1')) as build_key,
        concat(case when {{ json_text("finished_at") }} is null then '0' else '1' end, '|', {{ content_hash(fields) }}) as version_key,
        {{ json_text("kind") }} as kind,
        {{ json_text("name") }} as name,
        {{ first_text(["identifier", "name", "id"]) }} as identifier,
        lower({{ json_text("result") }}) as result,
        coalesce(try_cast({{ json_text("attempt") }} as bigint), 1) as attempt,
        {{ ts_utc(json_text("started_at")) }} as started_at,
        {{ ts_utc(json_text("finished_at")) }} as finished_at,
        channel,
        event,
        received_at,
        _dlt_load_id,
        problems,
        is_set_aside
    from runs
)

select * from records
