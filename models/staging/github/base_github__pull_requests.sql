{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "@.base.repo.id id!repository",
    "repository_url": "@.base.repo.html_url address!repository",
    "repository_clock": "@.base.repo.updated_at time",
    "default_branch": "@.base.repo.default_branch name",
    "id": "@.id id!",
    "number": "@.number count!",
    "state": "@.state word(open|closed)!",
    "draft": "@.draft flag",
    "title": "@.title text",
    "body": "@.body text",
    "html_url": "@.html_url text",
    "user_login": "@.user.login name",
    "user_type": "@.user.type text",
    "labels": "@.labels texts.name",
    "base_ref": "@.base.ref name",
    "head_ref": "@.head.ref name",
    "head_sha": "@.head.sha name",
    "head_repository_id": "@.head.repo.id id",
    "merge_commit_sha": "@.merge_commit_sha name",
    "additions": "@.additions count",
    "deletions": "@.deletions count",
    "changed_files": "@.changed_files count",
    "commits": "@.commits count",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
    "closed_at": "@.closed_at time",
    "merged_at": "@.merged_at time?!",
    "sender_login": "$.sender.login name",
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
        -- what is wrong with it
        problems,
        is_set_aside,
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
)

select * from versions
