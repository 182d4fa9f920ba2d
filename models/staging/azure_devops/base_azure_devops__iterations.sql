{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "project": "$._project name!",
    "name": "$.name text",
    "path": "$.path text",
    "begins": "$.attributes.startDate time",
    "ends": "$.attributes.finishDate time",
    "frame": "$.attributes.timeFrame text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "iterations")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        record_key,
        concat('azure_devops:iteration:', {{ json_text("id") }}) as sprint_key,
        concat({{ iso_utc(utc("received_at")) }}, '|', {{ content_hash(fields) }}) as version_key,
        concat('azure_devops:', lower({{ json_text("project") }})) as project_key,
        {{ json_text("name") }} as name,
        {{ json_text("path") }} as path,
        lower({{ json_text("frame") }}) as time_frame,
        event = 'iterations.gone' as is_gone,
        {{ ts_utc(json_text("begins")) }} as starts_at,
        -- its last day belongs to it
        {{ ts_utc(json_text("ends")) }} + interval 1 day as ends_at,
        channel,
        event,
        received_at,
        _dlt_load_id,
        problems,
        is_set_aside
    from fields
)

select * from versions
