{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "pushed_at": "$.repository.pushed_at moment",
    "ref": "$.ref text~^refs/(heads|tags)/.!",
    "before_sha": "$.before name",
    "after_sha": "$.after name!",
    "is_deleted": "$.deleted flag",
    "sender_login": "$.sender.login name",
    "sender_type": "$.sender.type text",
    "head_commit": "$.head_commit object",
    "head_commit_id": "$.head_commit.id name",
    "head_commit_at": "$.head_commit.timestamp time",
    "commits": "$.commits list",
} %}
{% set natural_key = ["repository_id", "ref", "before_sha", "after_sha", "pushed_at"] %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "pushes")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

pushes as (
    select
        -- ids
        record_key,
        -- a push has no id, and two webhooks (repository and organisation) deliver it under two
        concat('github:push:', {{ content_hash(natural_key) }}) as push_key,
        {{ version_key(json_text("repository_clock"), fields.keys() | list) }} as version_key,
        {{ json_text("repository_id") }} as repository_id,
        {{ repository_name(json_text("repository_url")) }} as repository_name,
        {{ iso_utc(ts_utc(json_text("repository_clock"))) }} as repository_clock,
        {{ json_text("default_branch") }} as default_branch,
        -- text
        {{ json_text("ref") }} as ref,
        lower(nullif({{ json_text("before_sha") }}, repeat('0', 40))) as before_sha,
        lower(nullif({{ json_text("after_sha") }}, repeat('0', 40))) as after_sha,
        lower({{ json_text("head_commit_id") }}) as head_sha,
        {{ json_text("sender_login") }} as sender_login,
        {{ json_text("sender_type") }} as sender_type,
        -- timestamps
        coalesce(
            {{ ts_epoch(json_text("pushed_at")) }},
            {{ ts_utc(json_text("pushed_at")) }},
            {{ ts_utc(json_text("head_commit_at")) }}
        ) as pushed_at,
        -- objects, as JSON fragments
        head_commit,
        commits,
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

select * from pushes
