{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "sha": "$.sha name!",
    "url": "$.url address!",
    "number": "$._pulls_number count",
    "message": "$.commit.message text",
    "author_email": "$.commit.author.email text",
    "author_name": "$.commit.author.name text",
    "author_login": "$.author.login name",
    "author_type": "$.author.type text",
    "authored_at": "$.commit.author.date time",
    "committer_email": "$.commit.committer.email text",
    "committer_login": "$.committer.login name",
    "committed_at": "$.commit.committer.date time",
    "parents": "$.parents texts.sha",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "commits")) }}
    union all
    {{ new_payloads_once(source("raw_github", "pull_request_commits")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

commits as (
    select
        -- ids
        record_key,
        cast(null as {{ dbt.type_string() }}) as repository_id,
        {{ repository_name(json_text("url")) }} as repository_name,
        lower({{ json_text("sha") }}) as commit_sha,
        -- numbers
        try_cast({{ json_text("number") }} as bigint) as change_number,
        -- text
        {{ json_text("message") }} as message,
        {{ json_text("author_email") }} as author_email,
        {{ json_text("author_name") }} as author_name,
        {{ json_text("author_login") }} as author_login,
        {{ json_text("author_type") }} as author_type,
        {{ json_text("committer_email") }} as committer_email,
        {{ json_text("committer_login") }} as committer_login,
        {{ json_texts("parents", "$[*].sha") }} as parent_shas,
        -- flags
        {{ json_text("parents") }} is not null as has_parents,
        -- timestamps
        {{ ts_utc(json_text("authored_at")) }} as authored_at,
        {{ ts_utc(json_text("committed_at")) }} as committed_at,
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

select * from commits
