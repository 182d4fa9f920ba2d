{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "push_place", "place", "repository_id", "repository_name", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "hash": "$.hash text~^[0-9a-f]{40}$!",
    "message": "$.message text",
    "date": "$.date time",
    "parents": "$.parents texts.hash",
    "author_raw": "$.author.raw text",
    "author_uuid": "$.author.user.uuid id",
    "author_name": "$.author.user.nickname text",
    "author_type": "$.author.user.type text",
} %}

with pushes as (
    select *
    from {{ ref("base_bitbucket__pushes") }}
    where is_set_aside is not true
    {%- if is_incremental() %}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

commits as (
    select pushes.*, concat(push_place, '.commits[', position - 1, ']') as place, commit_payload
    from pushes, {{ explode_numbered(json_list("commits"), "commit_payload", "position") }}
    union all
    -- a push of a tag lists no commits, and tells its head all the same
    select pushes.*, concat(push_place, '.new.target') as place, target as commit_payload
    from pushes
    where {{ json_text("target") }} is not null
),

fields as (
    {{ json_fields("commits", "commit_payload", fields, keep, at="place") }}
),

push_commits as (
    select
        -- ids
        record_key,
        push_place,
        place,
        repository_id,
        repository_name,
        lower({{ json_text("hash") }}) as commit_sha,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        {{ fields | join(", ") }}
    from fields
)

select * from push_commits
