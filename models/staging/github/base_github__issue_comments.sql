{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "$.repository.id",
    "repository_url": "$.repository.html_url",
    "repository_clock": "$.repository.updated_at",
    "default_branch": "$.repository.default_branch",
    "id": "@.id",
    "html_url": "@.html_url",
    "issue_url": "@.issue_url",
    "user_login": "@.user.login",
    "user_type": "@.user.type",
    "created_at": "@.created_at",
    "updated_at": "@.updated_at",
} %}
{% set clock = json_text("updated_at") %}
{% set address = first_text(["repository_url", "html_url", "issue_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "issue_comments")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="comment") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:issue_comment:', {{ json_text("id") }}) as review_key,
        {{ version_key(clock, fields.keys() | list) }} as version_key,
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
        html_url,
        issue_url,
        user_login,
        user_type,
        created_at,
        updated_at
    from fields
    where {{ json_text("id") }} is not null
)

select * from versions
