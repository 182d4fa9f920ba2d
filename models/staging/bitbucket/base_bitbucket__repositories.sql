{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "uuid": "@.uuid id!",
    "url": "@.links.html.href address",
    "branch": "@.mainbranch.name name",
    "created_on": "@.created_on time",
    "updated_on": "@.updated_on time",
} %}
{% set clock = first_text(["updated_on", "created_on"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "repositories")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="repository") }}
),

versions as (
    select
        -- ids
        record_key,
        lower(trim({{ json_text("uuid") }}, '{}')) as repository_id,
        {{ remote_name(json_text("url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("branch") }} as default_branch,
        {{ version_key(clock, fields.keys() | list) }} as version_key,
        -- flags
        event in ('repo:deleted', 'repositories.gone') as is_deletion,
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
