{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "$.repository.id",
    "repository_url": "$.repository.html_url",
    "repository_clock": "$.repository.updated_at",
    "default_branch": "$.repository.default_branch",
    "id": "@.id",
    "state": "@.state",
    "html_url": "@.html_url",
    "pull_request_url": "@.pull_request_url",
    "user_login": "@.user.login",
    "user_type": "@.user.type",
    "submitted_at": "@.submitted_at",
    "updated_at": "@.updated_at",
} %}
{% set clock = first_text(["updated_at", "submitted_at"]) %}
{% set rank = "case when lower(" ~ json_text("state") ~ ") = 'dismissed' then '1' else '0' end" %}
{% set address = first_text(["repository_url", "html_url", "pull_request_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "reviews")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="review") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:review:', {{ json_text("id") }}) as review_key,
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
        id,
        state,
        html_url,
        pull_request_url,
        user_login,
        user_type,
        submitted_at,
        updated_at
    from fields
    where {{ json_text("id") }} is not null
)

select * from versions
