{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "$.repository.id",
    "repository_url": "$.repository.html_url",
    "repository_clock": "$.repository.updated_at",
    "default_branch": "$.repository.default_branch",
    "ref": "$.ref",
    "ref_type": "$.ref_type",
    "sender_login": "$.sender.login",
    "pushed_at": "$.repository.pushed_at",
} %}
{% set clock = json_text("pushed_at") %}
{% set rank = "case when event like 'delete%' then '1' else '0' end" %}
{% set address = json_text("repository_url") %}

with
    payloads as (
        {{ new_payloads(source("raw_github", "refs")) }}
    ),

    fields as (
        {{ json_fields("payloads", "payload", fields, keep, object="none") }}
    ),

    versions as (
        select
            -- ids
            record_key,
            concat('github:ref:', {{ json_text("repository_id") }}, ':', {{ json_text("ref_type") }}, ':', {{ json_text("ref") }}) as ref_key,
            {{ version_key(clock, fields.keys() | list, rank) }} as version_key,
            {{ json_text("repository_id") }} as repository_id,
            {{ repository_name(address) }} as repository_name,
            {{ iso_utc(ts_utc(json_text("repository_clock"))) }} as repository_clock,
            {{ json_text("default_branch") }} as default_branch,
            {{ json_text("action") }} as action,
            -- lineage
            channel,
            event,
            received_at,
            _dlt_load_id,
            -- fields, as JSON fragments
            ref,
            ref_type,
            sender_login,
            pushed_at
        from fields
        where {{ json_text("ref") }} is not null
        qualify row_number() over (partition by record_key order by version_key desc) = 1
    )

select * from versions
