{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "number": "$._parent_pullRequestId count!",
    "repository_id": "$._parent_repository_id id!",
    "kind": '$.properties.CodeReviewThreadType."$value" text',
    "vote": '$.properties.CodeReviewVoteResult."$value" text',
    "voter": '$.identities."1".uniqueName text',
    "voter_id": '$.identities."1".id text',
    "published_at": "$.publishedDate time!",
    "deleted": "$.isDeleted flag",
    "comments": "$.comments list",
} %}
{% set comment_fields = {
    "comment_id": "$.id", "comment_kind": "$.commentType", "commenter": "$.author.uniqueName", "commenter_id": "$.author.id",
    "commented_at": "$.publishedDate", "comment_deleted": "$.isDeleted",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "threads")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

threads as (
    select
        record_key, channel, event, received_at, _dlt_load_id, problems, is_set_aside, comments,
        concat('azure_devops:', {{ json_text("repository_id") }}, ':', {{ json_text("number") }}) as change_key,
        concat('azure_devops:thread:', {{ json_text("repository_id") }}, ':', {{ json_text("number") }}, ':', {{ json_text("id") }}) as thread_key,
        {{ json_text("kind") }} as kind, try_cast({{ json_text("vote") }} as bigint) as vote,
        coalesce({{ first_text(["voter", "voter_id"]) }}) as voter,
        coalesce({{ json_text("deleted") }} = 'true', false) as is_deleted,
        {{ ts_utc(json_text("published_at")) }} as published_at
    from fields
),

listed as (
    select record_key, item, position
    from threads, {{ explode_numbered(json_list("comments"), "item", "position") }}
),

comments as (
    {{ json_fields("listed", "item", comment_fields, ["record_key", "position"]) }}
),

entries as (
    -- a vote is what the system says of it; anybody's text is a comment
    select
        threads.record_key, 0 as position, threads.change_key, threads.thread_key as review_key, threads.kind, threads.vote,
        threads.voter as author, threads.is_deleted, threads.published_at as submitted_at,
        threads.channel, threads.event, threads.received_at, threads._dlt_load_id, threads.problems, threads.is_set_aside
    from threads
    union all
    select
        threads.record_key, comments.position, threads.change_key, concat(threads.thread_key, ':', {{ json_text("comments.comment_id") }}),
        {{ json_text("comments.comment_kind") }}, null,
        coalesce({{ first_text(["comments.commenter", "comments.commenter_id"]) }}),
        threads.is_deleted or coalesce({{ json_text("comments.comment_deleted") }} = 'true', false),
        coalesce({{ ts_utc(json_text("comments.commented_at")) }}, threads.published_at),
        threads.channel, threads.event, threads.received_at, threads._dlt_load_id, null, threads.is_set_aside
    from comments
    inner join threads on comments.record_key = threads.record_key
)

select * from entries
