{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$.repository.uuid id!repository",
    "api_repository_uuid": "$._repository_uuid id!repository",
    "repository_url": "$.repository.links.html.href address",
    "main_branch": "$.repository.mainbranch.name name",
    "number": "$.pullrequest.id count!number",
    "api_number": "$._parent_id count!number",
    "approval": "$.approval object!kind",
    "approved_on": "$.approval.date time",
    "approver_uuid": "$.approval.user.uuid id",
    "approver_name": "$.approval.user.nickname text",
    "approver_type": "$.approval.user.type text",
    "requested": "$.changes_requested object!kind",
    "requested_on": "$.changes_requested.date time",
    "requester_uuid": "$.changes_requested.user.uuid id",
    "hook_requested": "$.changes_request object!kind",
    "hook_requested_on": "$.changes_request.date time",
    "hook_requester_uuid": "$.changes_request.user.uuid id",
    "comment": "$.comment object!kind",
    "comment_id": "$.comment.id id",
    "commented_on": "$.comment.created_on time",
    "comment_updated_on": "$.comment.updated_on time",
    "commenter_uuid": "$.comment.user.uuid id",
    "commenter_name": "$.comment.user.nickname text",
    "commenter_type": "$.comment.user.type text",
    "comment_deleted": "$.comment.deleted flag",
    "told_update": "$.update object!kind",
    "update_state": "$.update.state text",
    "update_date": "$.update.date time",
} %}
{% set clock = first_text(["comment_updated_on", "commented_on", "approved_on", "requested_on", "hook_requested_on", "update_date"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "activities")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        lower(trim({{ first_text(["repository_uuid", "api_repository_uuid"]) }}, '{}')) as repository_id,
        {{ remote_name(json_text("repository_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("main_branch") }} as default_branch,
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
)

select * from versions
