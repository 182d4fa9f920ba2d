{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "@.base.repo.id",
    "repository_url": "@.base.repo.html_url",
    "repository_clock": "@.base.repo.updated_at",
    "default_branch": "@.base.repo.default_branch",
    "id": "@.id",
    "number": "@.number",
    "state": "@.state",
    "draft": "@.draft",
    "title": "@.title",
    "body": "@.body",
    "html_url": "@.html_url",
    "user_login": "@.user.login",
    "user_type": "@.user.type",
    "labels": "@.labels",
    "base_ref": "@.base.ref",
    "head_ref": "@.head.ref",
    "head_sha": "@.head.sha",
    "head_repository_id": "@.head.repo.id",
    "merge_commit_sha": "@.merge_commit_sha",
    "additions": "@.additions",
    "deletions": "@.deletions",
    "changed_files": "@.changed_files",
    "commits": "@.commits",
    "created_at": "@.created_at",
    "updated_at": "@.updated_at",
    "closed_at": "@.closed_at",
    "merged_at": "@.merged_at",
    "sender_login": "$.sender.login",
} %}
{% set clock = json_text("updated_at") %}
{% set rank = "case when " ~ json_text("merged_at") ~ " is not null then '2' when " ~ json_text("state") ~ " = 'closed' then '1' else '0' end" %}
{% set address = json_text("repository_url") %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "pull_requests")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="pull_request") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:pull_request:', {{ json_text("id") }}) as pull_request_key,
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
        -- fields, as JSON fragments
        id,
        number,
        state,
        draft,
        title,
        body,
        html_url,
        user_login,
        user_type,
        labels,
        base_ref,
        head_ref,
        head_sha,
        head_repository_id,
        merge_commit_sha,
        additions,
        deletions,
        changed_files,
        commits,
        created_at,
        updated_at,
        closed_at,
        merged_at,
        sender_login
    from fields
    where {{ json_text("id") }} is not null
)

select * from versions
