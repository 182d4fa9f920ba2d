{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "told_at": "$.timestamp count",
    "user_email": "$.user.emailAddress name",
    "user_account": "$.user.accountId name",
    "user_name": "$.user.name name",
    "changelog": "$.changelog object",
    "id": "@.id id!",
    "issue_link": "@.self text",
    "key": "@.key text~^[^-].*-[0-9]+$!",
    "project_id": "@.fields.project.id id",
    "project_code": "@.fields.project.key name",
    "type_name": "@.fields.issuetype.name name",
    "status_id": "@.fields.status.id id",
    "status_name": "@.fields.status.name name",
    "status_category": "@.fields.status.statusCategory.key word(undefined|new|indeterminate|done)",
    "resolution_name": "@.fields.resolution.name name",
    "priority_name": "@.fields.priority.name name",
    "labels": "@.fields.labels texts",
    "components": "@.fields.components texts.name",
    "parent_id": "@.fields.parent.id id",
    "description": "@.fields.description json",
    "creator_email": "@.fields.creator.emailAddress name",
    "creator_account": "@.fields.creator.accountId name",
    "creator_name": "@.fields.creator.name name",
    "created_at": "@.fields.created time!",
    "updated_at": "@.fields.updated time",
    "category_changed_at": "@.fields.statuscategorychangedate time",
    "resolved_at": "@.fields.resolutiondate time",
} %}
{% set clock = json_text("updated_at") %}

with payloads as (
    {{ new_payloads_once(source("raw_jira", "issues")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="issue") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('jira:issue:', {{ json_text("id") }}) as issue_key,
        {{ version_key(clock, fields.keys() | list, "case when event = 'jira:issue_deleted' then '1' else '0' end") }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        {{ fields.keys() | reject("equalto", "id") | join(",\n        ") }}
    from fields
)

select * from versions
