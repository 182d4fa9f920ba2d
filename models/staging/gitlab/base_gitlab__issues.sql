{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "@.project_id id!",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "id": "@.id id!",
    "iid": "@.iid count!",
    "state": "@.state word(opened|closed)!",
    "action": "$.object_attributes.action text",
    "hook_type": "$.object_attributes.type name",
    "issue_type": "$.issue_type name",
    "severity": "@.severity text",
    "escalation_status": "$.object_attributes.escalation_status text",
    "escalated_to": "$.changes.escalation_status.current text",
    "description": "@.description text",
    "hook_url": "$.object_attributes.url text",
    "web_url": "$.web_url text",
    "labels": "$.labels list",
    "labels_before": "$.changes.labels.previous list",
    "labels_after": "$.changes.labels.current list",
    "weight": "@.weight count",
    "epic_id": "$.epic.id id",
    "moved_to_id": "@.moved_to_id id",
    "duplicated_to_id": "@.duplicated_to_id id",
    "author_id": "@.author_id id",
    "api_author_id": "$.author.id id",
    "author_username": "$.author.username name",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "user_email": "$.user.email text",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
    "closed_at": "@.closed_at time",
} %}
{% set clock = json_text("updated_at") %}
{% set rank = "case when " ~ json_text("state") ~ " = 'closed' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "issues")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="object_attributes") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:issue:', {{ json_text("id") }}) as issue_key,
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
    -- an epic belongs to a group, and to no project
    where coalesce({{ json_text("hook_type") }}, '') <> 'Epic'
)

select * from versions
