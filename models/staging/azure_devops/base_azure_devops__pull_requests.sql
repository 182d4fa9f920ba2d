{{ config(materialized="incremental", incremental_strategy="append") }}

{#- `@` is `resource` in an event, and the pull request itself in what the API lists -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "number": "@.pullRequestId count!",
    "repository_id": "@.repository.id id!",
    "remote_url": "@.repository.remoteUrl text",
    "status": "@.status word(active|completed|abandoned|notset)!",
    "title": "@.title text",
    "draft": "@.isDraft flag",
    "source": "@.sourceRefName text",
    "target": "@.targetRefName text",
    "author": "@.createdBy.uniqueName text",
    "author_id": "@.createdBy.id text",
    "head": "@.lastMergeSourceCommit.commitId text",
    "merged": "@.lastMergeCommit.commitId text",
    "labels": "@.labels texts.name",
    "created_at": "@.creationDate time!",
    "closed_at": "@.closedDate time",
    "told_at": "$.createdDate time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "pull_requests")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="resource") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('azure_devops:', {{ json_text("repository_id") }}, ':', {{ json_text("number") }}) as change_key,
        {{ json_text("repository_id") }} as repository_id,
        -- what was abandoned may be taken up again; the payload has no clock of its own
        concat(
            case lower({{ json_text("status") }}) when 'completed' then '1' else '0' end,
            '|', {{ iso_utc("coalesce(" ~ ts_utc(json_text("told_at")) ~ ", " ~ utc("received_at") ~ ")") }}, '|', {{ content_hash(fields) }}
        ) as version_key,
        {{ remote_name(json_text("remote_url")) }} as repository_key,
        coalesce({{ first_text(["author", "author_id"]) }}) as author,
        lower({{ json_text("head") }}) as head_sha,
        lower({{ json_text("merged") }}) as merge_commit_sha,
        -- text
        lower({{ json_text("status") }}) as status,
        {{ json_text("title") }} as title,
        {{ re_replace(json_text("source"), "^refs/heads/", "") }} as source_branch,
        {{ re_replace(json_text("target"), "^refs/heads/", "") }} as target_branch,
        labels,
        -- numbers
        try_cast({{ json_text("number") }} as bigint) as change_number,
        -- flags
        {{ json_text("draft") }} = 'true' as is_draft,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as opened_at,
        {{ ts_utc(json_text("closed_at")) }} as closed_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from fields
)

select * from versions
