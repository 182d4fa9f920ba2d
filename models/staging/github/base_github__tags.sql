{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "ref": "$.ref name!tag",
    "tag": "$.tag name!tag",
    "object_sha": "$.object.sha name!",
    "object_type": "$.object.type name!",
    "tagger_at": "$.tagger.date time",
    "url": "$.url address!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "tags")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

tags as (
    select
        -- ids
        record_key,
        {{ repository_name(json_text("url")) }} as repository_name,
        -- text
        coalesce({{ json_text("tag") }}, {{ re_replace(json_text("ref"), '^refs/tags/', '') }}) as tag_name,
        -- a ref that names a tag object leads to its commit by that object alone
        case when {{ json_text("object_type") }} = 'commit' then lower({{ json_text("object_sha") }}) end as commit_sha,
        -- timestamps
        {{ ts_utc(json_text("tagger_at")) }} as tagged_at,
        {{ utc("received_at") }} as seen_at,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from fields
)

select * from tags
