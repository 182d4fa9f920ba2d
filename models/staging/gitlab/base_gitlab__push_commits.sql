{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "push_key", "place", "repository_id", "repository_name", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id name!",
    "message": "$.message text",
    "committed_date": "$.timestamp time",
    "author_email": "$.author.email text",
    "author_name": "$.author.name text",
    "added": "$.added texts",
    "modified": "$.modified texts",
    "removed": "$.removed texts",
} %}

with pushes as (
    select *
    from {{ ref("base_gitlab__pushes") }}
    where is_set_aside is not true
    {%- if is_incremental() %}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

commits as (
    select pushes.*, concat('$.commits[', position - 1, ']') as place, commit_payload
    from pushes, {{ explode_numbered(json_list("commits"), "commit_payload", "position") }}
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
        {{ json_texts("added", "$[*]") }} as added,
        {{ json_texts("modified", "$[*]") }} as modified,
        {{ json_texts("removed", "$[*]") }} as removed,
        -- flags
        added is not null or modified is not null or removed is not null as has_paths,
        -- timestamps
        {{ ts_utc(json_text("committed_date")) }} as committed_at,
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
