{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "number": "@.number count!",
    "state": "@.state word(open|closed)",
    "state_reason": "@.state_reason text",
    "type": "@.type object",
    "type_name": "@.type.name name",
    "title": "@.title text",
    "body": "@.body text",
    "html_url": "@.html_url address!repository",
    "api_repository_url": "@.repository_url address!repository",
    "pull_request": "@.pull_request object",
    "labels": "@.labels texts.name",
    "label": "$.label object",
    "label_name": "$.label.name name",
    "user_login": "@.user.login name",
    "user_type": "@.user.type text",
    "sender_login": "$.sender.login name",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
    "closed_at": "@.closed_at time",
} %}
{% set clock = json_text("updated_at") %}
{% set rank = "case when " ~ json_text("action") ~ " in ('deleted', 'transferred') then '2' when " ~ json_text("state") ~ " = 'closed' then '1' else '0' end" %}
{% set address = first_text(["repository_url", "html_url", "api_repository_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "issues")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="issue") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:issue:', {{ json_text("id") }}) as issue_key,
        {{ version_key(clock, fields.keys() | list, rank) }} as version_key,
        {{ json_text("repository_id") }} as repository_id,
        {{ repository_name(address) }} as repository_name,
        {{ iso_utc(ts_utc(json_text("repository_clock"))) }} as repository_clock,
        {{ json_text("default_branch") }} as default_branch,
        {{ json_text("action") }} as action,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        id,
        number,
        state,
        state_reason,
        type_name,
        title,
        body,
        html_url,
        api_repository_url,
        pull_request,
        labels,
        label_name,
        user_login,
        user_type,
        sender_login,
        created_at,
        updated_at,
        closed_at
    from fields
    -- an API's list of issues holds pull requests too
    where {{ json_text("pull_request") }} is null
)

select * from versions
