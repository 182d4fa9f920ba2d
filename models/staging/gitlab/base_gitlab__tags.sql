{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "$._project_id id!",
    "name": "$.name name!",
    "commit_id": "$.commit.id name!state",
    "gone_at": "$.gone_at time!state",
    "created_at": "$.created_at time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "tags")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ json_text("project_id") }} as repository_id,
        {{ json_text("name") }} as tag_name,
        lower({{ json_text("commit_id") }}) as commit_sha,
        -- timestamps: of the tag object, which a lightweight tag has not
        {{ ts_utc(json_text("created_at")) }} as tagged_at,
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
