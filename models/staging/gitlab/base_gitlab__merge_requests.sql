{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "@.target_project_id id!",
    "project_url": "@.target.web_url address",
    "project_default_branch": "@.target.default_branch name",
    "id": "@.id id!",
    "iid": "@.iid count!",
    "state": "@.state word(opened|closed|locked|merged)!",
    "action": "$.object_attributes.action text",
    "draft": "@.draft flag",
    "work_in_progress": "@.work_in_progress flag",
    "draft_before": "$.changes.draft.previous flag",
    "title": "@.title text",
    "description": "@.description text",
    "hook_url": "$.object_attributes.url text",
    "web_url": "$.web_url text",
    "target_branch": "@.target_branch name",
    "source_branch": "@.source_branch name",
    "source_project_id": "@.source_project_id id",
    "labels": "$.labels list",
    "author_id": "@.author_id id",
    "api_author_id": "$.author.id id",
    "author_username": "$.author.username name",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "user_email": "$.user.email text",
    "head_sha": "$.sha name",
    "last_commit_id": "$.object_attributes.last_commit.id name",
    "merge_commit_sha": "@.merge_commit_sha name",
    "squash_commit_sha": "$.squash_commit_sha name",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
    "merged_at": "$.merged_at time",
    "closed_at": "$.closed_at time",
} %}
{% set clock = json_text("updated_at") %}
{% set rank = "case " ~ json_text("state") ~ " when 'merged' then '2' when 'closed' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "merge_requests")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="object_attributes") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:merge_request:', {{ json_text("id") }}) as merge_request_key,
        {{ json_text("project_id") }} as repository_id,
        {{ remote_name(json_text("project_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("project_default_branch") }} as default_branch,
        {{ version_key(clock, fields.keys() | list, rank) }} as version_key,
        -- text: names in the API, objects with a title in a webhook
        case
            when {{ json_text("labels") }} is null then null
            when channel = 'api' then {{ json_texts("labels", "$[*]") }}
            else {{ json_texts("labels", "$[*].title") }}
        end as label_names,
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
