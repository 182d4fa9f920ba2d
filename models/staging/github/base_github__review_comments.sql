{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "html_url": "@.html_url address!repository",
    "pull_request_url": "@.pull_request_url text~/pulls/[0-9]{1,15}(/|$)!",
    "user_login": "@.user.login name",
    "user_type": "@.user.type text",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
} %}
{% set clock = json_text("updated_at") %}
{% set address = first_text(["repository_url", "html_url", "pull_request_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "review_comments")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="comment") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:review_comment:', {{ json_text("id") }}) as review_key,
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
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        id,
        html_url,
        pull_request_url,
        user_login,
        user_type,
        created_at,
        updated_at
    from fields
)

select * from versions
