{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "number": "$._parent_pullRequestId count!",
    "repository_id": "$._parent_repository_id id!",
    "id": "$.commitId text~^[0-9a-fA-F]{40}$!",
    "message": "$.comment text",
    "author": "$.author.email text",
    "author_name": "$.author.name text",
    "authored_at": "$.author.date time",
    "committed_at": "$.committer.date time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "pull_request_commits")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

commits as (
    select
        record_key,
        concat('azure_devops:', {{ json_text("repository_id") }}, ':', {{ json_text("number") }}) as change_key,
        {{ json_text("repository_id") }} as repository_id,
        lower({{ json_text("id") }}) as commit_sha,
        coalesce({{ first_text(["author", "author_name"]) }}) as author,
        {{ message_hash(json_text("message")) }} as message_hash,
        {{ ts_utc(json_text("authored_at")) }} as authored_at,
        {{ ts_utc(json_text("committed_at")) }} as committed_at,
        channel,
        event,
        received_at,
        _dlt_load_id,
        problems,
        is_set_aside
    from fields
)

select * from commits
