{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "push_key", "repository_id", "repository_name", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id",
    "is_distinct": "$.distinct",
    "message": "$.message",
    "committed_at": "$.timestamp",
    "author_email": "$.author.email",
    "author_name": "$.author.name",
    "author_login": "$.author.username",
    "authored_at": "$.author.date",
    "committer_email": "$.committer.email",
    "committer_login": "$.committer.username",
    "committer_date": "$.committer.date",
    "added": "$.added",
    "modified": "$.modified",
    "removed": "$.removed",
} %}

with pushes as (
    select *
    from {{ ref("base_github__pushes") }}
    {%- if is_incremental() %}
    where _dlt_load_id >= (select coalesce(max(_dlt_load_id), '') from {{ this }})
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

commits as (
    select
        record_key, 'webhook' as channel, push_key, repository_id, repository_name, _dlt_load_id, commit_payload
    from pushes, {{ explode(json_list("commits"), "commit_payload") }}
    union all
    -- a push of a tag or of a known commit lists no commits, and tells its head all the same
    select
        record_key, 'webhook' as channel, push_key, repository_id, repository_name, _dlt_load_id, head_commit as commit_payload
    from pushes
    where {{ json_text("head_commit") }} is not null
),

fields as (
    {{ json_fields("commits", "commit_payload", fields, keep) }}
),

push_commits as (
    select
        -- ids
        record_key,
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
        -- lineage
        _dlt_load_id
    from fields
    where {{ json_text("id") }} is not null
    -- the head is told twice
    qualify row_number() over (partition by record_key, lower({{ json_text("id") }}) order by message nulls last, committed_at nulls last) = 1
)

select * from push_commits
