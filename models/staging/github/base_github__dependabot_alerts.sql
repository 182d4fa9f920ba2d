{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "number": "@.number count!",
    "state": "@.state word(open|fixed|dismissed|auto_dismissed)!",
    "severity": "@.security_vulnerability.severity name!severity",
    "advisory_severity": "@.security_advisory.severity name!severity",
    "html_url": "@.html_url address!repository",
    "url": "@.url address!repository",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
    "fixed_at": "@.fixed_at time",
    "dismissed_at": "@.dismissed_at time",
    "auto_dismissed_at": "@.auto_dismissed_at time",
} %}
{% set clock = first_text(["updated_at", "created_at"]) %}
{% set address = first_text(["repository_url", "html_url", "url"]) %}
{% set rank = "case when " ~ json_text("state") ~ " = 'open' then '0' else '1' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "dependabot_alerts")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="alert") }}
),

versions as (
    select
        -- ids
        record_key,
        try_cast({{ json_text("number") }} as bigint) as alert_number,
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
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        state,
        severity,
        advisory_severity,
        html_url,
        url,
        created_at,
        updated_at,
        fixed_at,
        dismissed_at,
        auto_dismissed_at
    from fields
)

select * from versions
