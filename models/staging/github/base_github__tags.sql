{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "name": "$.name",
    "ref": "$.ref",
    "sha": "$.commit.sha",
    "object_sha": "$.object.sha",
    "object_type": "$.object.type",
    "tag": "$.tag",
    "tagger_at": "$.tagger.date",
    "url": "$.commit.url",
    "object_url": "$.url",
} %}
{% set clock = json_text("tagger_at") %}
{% set address = first_text(["url", "object_url"]) %}

with
    payloads as (
        {{ new_payloads(source("raw_github", "tags")) }}
    ),

    fields as (
        {{ json_fields("payloads", "payload", fields, keep, object="none") }}
    ),

    versions as (
        select
            -- ids
            record_key,
            record_key as tag_version_key,
            {{ version_key(clock, fields.keys() | list) }} as version_key,
            cast(null as varchar) as repository_id,
            {{ repository_name(address) }} as repository_name,
            cast(null as varchar) as repository_clock,
            cast(null as varchar) as default_branch,
            cast(null as varchar) as action,
            -- lineage
            channel,
            event,
            received_at,
            _dlt_load_id,
            -- fields, as JSON fragments
            name,
            ref,
            sha,
            object_sha,
            object_type,
            tag,
            tagger_at,
            url,
            object_url
        from fields
        where coalesce({{ json_text("name") }}, {{ json_text("ref") }}, {{ json_text("tag") }}) is not null
        qualify row_number() over (partition by record_key order by version_key desc) = 1
    )

select * from versions
