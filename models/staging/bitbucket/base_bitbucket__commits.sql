{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$._repository_uuid id!",
    "number": "$._parent_id count",
    "hash": "$.hash text~^[0-9a-f]{40}$!",
    "message": "$.message text",
    "date": "$.date time",
    "parents": "$.parents texts.hash",
    "author_raw": "$.author.raw text",
    "author_uuid": "$.author.user.uuid id",
    "author_name": "$.author.user.nickname text",
    "author_type": "$.author.user.type text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "commits")) }}
    union all
    {{ new_payloads_once(source("raw_bitbucket", "pull_request_commits")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        lower(trim({{ json_text("repository_uuid") }}, '{}')) as repository_id,
        lower({{ json_text("hash") }}) as commit_sha,
        -- numbers
        try_cast({{ json_text("number") }} as bigint) as change_number,
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
