{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "service": "$.attributes.service name!",
    "started": "$.attributes.started_at time!",
    "finished": "$.attributes.finished_at time",
    "env": "$.attributes.env text",
    "version": "$.attributes.version text",
    "sha": "$.attributes.git.commit_sha text",
    "repository": "$.attributes.git.repository_id text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_datadog", "deployments")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

deployments as (
    select
        -- ids
        record_key,
        concat('datadog:deployment:', {{ json_text("id") }}) as candidate_key,
        {{ version_key(first_text(["finished", "started"]), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ json_text("service") }} as service_name,
        {{ json_text("env") }} as environment_name,
        {{ json_text("version") }} as version,
        lower({{ json_text("sha") }}) as commit_sha,
        {{ repository_name("concat('https://', " ~ re_replace(json_text("repository"), "^https?://", "") ~ ")") }} as repository_key,
        {{ ts_utc(json_text("started")) }} as started_at,
        {{ ts_utc(json_text("finished")) }} as finished_at
    from fields
)

select * from deployments
