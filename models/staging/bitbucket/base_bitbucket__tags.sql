{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$._repository_uuid id!",
    "name": "$.name name!",
    "hash": "$.target.hash name!state",
    "gone_at": "$.gone_at time!state",
    "date": "$.date time",
    "target_date": "$.target.date time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "tags")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        lower(trim({{ json_text("repository_uuid") }}, '{}')) as repository_id,
        {{ json_text("name") }} as tag_name,
        lower({{ json_text("hash") }}) as commit_sha,
        -- timestamps: of an annotated tag, else of its commit
        coalesce({{ ts_utc(json_text("date")) }}, {{ ts_utc(json_text("target_date")) }}) as tagged_at,
        coalesce({{ ts_utc(json_text("gone_at")) }}, {{ utc("received_at") }}) as seen_at,
        -- flags
        event = 'tags.gone' as is_deletion,
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
