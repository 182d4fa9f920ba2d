{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repo_id": "$.repo.id id",
    "timeline_repository_id": "$.repository.id id",
    "repo_name": "$.repo.name text~^[^/]+/[^/]+$!name",
    "timeline_repository_url": "$.repository.url address!name",
    "timeline_branch": "$.repository.master_branch text",
    "actor": "$.actor json",
    "actor_login": "$.actor.login text",
    "timeline_url": "$.url text",
    "told_at": "$.created_at text~^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}.[0-9]{2}:!",
    "payload_number": "$.payload.number count",
    "pull_request": "$.payload.pull_request json",
    "pull_number": "$.payload.pull_request.number count",
    "state": "$.payload.pull_request.state text",
    "draft": "$.payload.pull_request.draft flag",
    "title": "$.payload.pull_request.title text",
    "body": "$.payload.pull_request.body text",
    "html_url": "$.payload.pull_request.html_url text",
    "user_login": "$.payload.pull_request.user.login text",
    "user_type": "$.payload.pull_request.user.type text",
    "labels": "$.payload.pull_request.labels texts.name",
    "base_ref": "$.payload.pull_request.base.ref text",
    "default_branch": "$.payload.pull_request.base.repo.default_branch text",
    "head_ref": "$.payload.pull_request.head.ref text",
    "head_sha": "$.payload.pull_request.head.sha text",
    "merge_commit_sha": "$.payload.pull_request.merge_commit_sha text",
    "additions": "$.payload.pull_request.additions count",
    "deletions": "$.payload.pull_request.deletions count",
    "changed_files": "$.payload.pull_request.changed_files count",
    "commits": "$.payload.pull_request.commits count",
    "opened_at": "$.payload.pull_request.created_at time",
    "closed_at": "$.payload.pull_request.closed_at time",
    "merged_at": "$.payload.pull_request.merged_at time",
    "review_id": "$.payload.review.id id",
    "review_state": "$.payload.review.state text",
    "review_login": "$.payload.review.user.login text",
    "review_type": "$.payload.review.user.type text",
    "submitted_at": "$.payload.review.submitted_at time",
    "comment": "$.payload.comment json",
    "comment_id": "$.payload.comment.id id",
    "comment_login": "$.payload.comment.user.login text",
    "comment_type": "$.payload.comment.user.type text",
    "commented_at": "$.payload.comment.created_at time",
    "comment_pull_url": "$.payload.comment.pull_request_url text",
    "timeline_comment_id": "$.payload.comment_id id",
    "issue": "$.payload.issue json",
    "issue_number": "$.payload.issue.number count",
    "issue_pull_url": "$.payload.issue.pull_request.html_url text",
    "issue_state": "$.payload.issue.state text",
    "issue_reason": "$.payload.issue.state_reason text",
    "issue_labels": "$.payload.issue.labels texts.name",
    "issue_login": "$.payload.issue.user.login text",
    "issue_url": "$.payload.issue.html_url text",
    "issue_opened_at": "$.payload.issue.created_at time",
    "issue_closed_at": "$.payload.issue.closed_at time",
    "label": "$.payload.label.name text",
    "ref": "$.payload.ref text",
    "ref_type": "$.payload.ref_type text",
    "master_branch": "$.payload.master_branch text",
    "object": "$.payload.object text",
    "object_name": "$.payload.object_name text",
    "head": "$.payload.head text",
    "release_id": "$.payload.release.id id",
    "release_tag": "$.payload.release.tag_name text",
    "release_target": "$.payload.release.target_commitish text",
    "release_draft": "$.payload.release.draft flag",
    "prerelease": "$.payload.release.prerelease flag",
    "release_url": "$.payload.release.html_url text",
    "release_login": "$.payload.release.author.login text",
    "released_at": "$.payload.release.published_at time",
} %}
{% set told = json_text("told_at") %}
{#- the timeline's first months write `2012/03/10 22:44:22 -0800` -#}
{% set iso = re_replace(told, "^([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9:]{8}) ([+-][0-9]{2})([0-9]{2})$", "\\1-\\2-\\3T\\4\\5:\\6") %}

with payloads as (
    {{ new_payloads_once(source("raw_gharchive", "events")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

events as (
    select
        -- ids
        record_key,
        split_part(event, '.', 1) as event_type,
        nullif(split_part(event, '.', 2), '') as action,
        {{ first_text(["repo_id", "timeline_repository_id"]) }} as repository_id,
        -- a concatenation by `concat` would take a missing name for an empty one
        lower(coalesce('github.com/' || {{ json_text("repo_name") }}, {{ repository_name(json_text("timeline_repository_url")) }})) as repository_name,
        nullif(coalesce({{ json_text("actor_login") }}, case when actor like '"%' then {{ json_text("actor") }} end), '') as login,
        try_cast(coalesce({{ first_text(["payload_number", "pull_number", "issue_number"]) }}) as bigint) as number,
        -- timestamps
        {{ ts_utc(iso) }} as occurred_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        coalesce(is_set_aside, false) or {{ ts_utc(iso) }} is null as is_set_aside,
        -- fields, as JSON fragments
        {%- for name in fields if name not in ["repo_id", "timeline_repository_id", "repo_name", "timeline_repository_url", "actor", "actor_login",
            "told_at", "payload_number", "pull_number", "issue_number", "pull_request", "comment", "issue"] %}
        {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from fields
)

select * from events
