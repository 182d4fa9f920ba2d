{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "@.project_id id!project",
    "api_project_id": "$._project_id id!project",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "id": "@.id id!",
    "noteable_type": "@.noteable_type name!",
    "noteable_iid": "$.noteable_iid count!number",
    "merge_request_iid": "$.merge_request.iid count!number",
    "system": "@.system flag",
    "body": "$.body text",
    "author_id": "@.author_id id",
    "api_author_id": "$.author.id id",
    "author_username": "$.author.username name",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "user_email": "$.user.email text",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
} %}
{% set clock = json_text("updated_at") %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "notes")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="object_attributes") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:note:', {{ json_text("id") }}) as review_key,
        {{ first_text(["project_id", "api_project_id"]) }} as repository_id,
        {{ remote_name(json_text("project_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("project_default_branch") }} as default_branch,
        {{ version_key(clock, fields.keys() | list) }} as version_key,
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
    -- notes on commits, issues and snippets are no review
    where coalesce({{ json_text("noteable_type") }}, 'MergeRequest') = 'MergeRequest'
)

select * from versions
