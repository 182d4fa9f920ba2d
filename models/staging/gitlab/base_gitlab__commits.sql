{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "$._project_id id!",
    "merge_request_iid": "$._parent_iid count",
    "id": "$.id name!",
    "message": "$.message text",
    "parent_ids": "$.parent_ids texts",
    "author_email": "$.author_email text",
    "author_name": "$.author_name text",
    "authored_date": "$.authored_date time",
    "committer_email": "$.committer_email text",
    "committed_date": "$.committed_date time",
    "created_at": "$.created_at time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "commits")) }}
    union all
    {{ new_payloads_once(source("raw_gitlab", "merge_request_commits")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ json_text("project_id") }} as repository_id,
        lower({{ json_text("id") }}) as commit_sha,
        -- numbers
        try_cast({{ json_text("merge_request_iid") }} as bigint) as change_number,
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

select * from versions
