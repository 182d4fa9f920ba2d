{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "told_at": "$.timestamp millis",
    "id": "@.id id!",
    "project_id": "@.projectId id",
    "name": "@.name text",
    "version_link": "@.self text",
    "released": "@.released flag",
    "started_on": "@.startDate time",
    "released_on": "@.releaseDate time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_jira", "versions")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="version") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('jira:version:', {{ json_text("id") }}) as candidate_key,
        -- a version carries no clock: a webhook says when, a list is of the time it was asked for
        concat(
            {{ iso_utc("coalesce(" ~ ts_millis(json_text("told_at")) ~ ", " ~ utc("received_at") ~ ")") }}, '|',
            {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        {{ ts_millis(json_text("told_at")) }} as told_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        project_id,
        name,
        version_link,
        released,
        started_on,
        released_on
    from fields
)

select * from versions
