{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "push_key", "place", "repository_id", "repository_name", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id name!",
    "is_distinct": "$.distinct flag",
    "message": "$.message text",
    "committed_at": "$.timestamp time",
    "author_email": "$.author.email text",
    "author_name": "$.author.name text",
    "author_login": "$.author.username name",
    "authored_at": "$.author.date time",
    "committer_email": "$.committer.email text",
    "committer_login": "$.committer.username name",
    "committer_date": "$.committer.date time",
    "added": "$.added texts",
    "modified": "$.modified texts",
    "removed": "$.removed texts",
} %}

with pushes as (
    select *
    from {{ ref("base_github__pushes") }}
    where is_set_aside is not true
    {%- if is_incremental() %}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

commits as (
    select pushes.*, concat('$.commits[', position - 1, ']') as place, commit_payload
    from pushes, {{ explode_numbered(json_list("commits"), "commit_payload", "position") }}
    union all
    -- a push of a tag or of a known commit lists no commits, and tells its head all the same
    select pushes.*, '$.head_commit' as place, head_commit as commit_payload
    from pushes
    where {{ json_text("head_commit") }} is not null
),

fields as (
    {{ json_fields("commits", "commit_payload", fields, keep, at="place") }}
),

push_commits as (
    select
        -- ids
        record_key,
        place,
        push_key,
        repository_id,
        repository_name,
        lower({{ json_text("id") }}) as commit_sha,
        -- text
        {{ json_text("message") }} as message,
        {{ json_text("author_email") }} as author_email,
        {{ json_text("author_name") }} as author_name,
        {{ json_text("author_login") }} as author_login,
        {{ json_text("committer_email") }} as committer_email,
        {{ json_text("committer_login") }} as committer_login,
        {{ json_texts("added", "$[*]") }} as added,
        {{ json_texts("modified", "$[*]") }} as modified,
        {{ json_texts("removed", "$[*]") }} as removed,
        -- flags
        added is not null or modified is not null or removed is not null as has_paths,
        coalesce({{ json_text("is_distinct") }} <> 'false', true) as is_distinct,
        -- timestamps
        {{ ts_utc(json_text("authored_at")) }} as authored_at,
        coalesce({{ ts_utc(json_text("committer_date")) }}, {{ ts_utc(json_text("committed_at")) }}) as committed_at,
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

select * from push_commits
