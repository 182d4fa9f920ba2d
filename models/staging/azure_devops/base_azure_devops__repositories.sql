{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "web_url": "$.webUrl text~^https?://",
    "default_branch": "$.defaultBranch text",
    "gone_at": "$.gone_at time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "repositories")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ json_text("id") }} as repository_id,
        -- a list has no clock of its own: what came later is newer, and what is gone was there before
        concat({{ iso_utc(utc("received_at")) }}, '|', {{ content_hash(fields) }}) as version_key,
        {{ remote_name(json_text("web_url")) }} as repository_key,
        -- text
        {{ re_replace(json_text("default_branch"), "^refs/heads/", "") }} as default_branch,
        -- flags
        event = 'repositories.gone' as is_gone,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from fields
)

select * from versions
