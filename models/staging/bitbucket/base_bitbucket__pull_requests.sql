{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "@.destination.repository.uuid id!repository",
    "api_repository_uuid": "$._repository_uuid id!repository",
    "repository_url": "@.destination.repository.links.html.href address",
    "main_branch": "$.repository.mainbranch.name name",
    "id": "@.id count!",
    "state": "@.state word(open|draft|queued|merged|declined|superseded)!",
    "draft": "@.draft flag",
    "title": "@.title text",
    "description": "@.description text",
    "url": "@.links.html.href text",
    "target_branch": "@.destination.branch.name name",
    "source_branch": "@.source.branch.name name",
    "source_repository_uuid": "@.source.repository.uuid id",
    "head_hash": "@.source.commit.hash name",
    "merge_hash": "@.merge_commit.hash name",
    "author_uuid": "@.author.uuid id",
    "author_name": "@.author.nickname text",
    "author_type": "@.author.type text",
    "actor_uuid": "$.actor.uuid id",
    "actor_name": "$.actor.nickname text",
    "actor_type": "$.actor.type text",
    "created_on": "@.created_on time!",
    "updated_on": "@.updated_on time",
    "closed_on": "@.closed_on time",
} %}
{% set clock = json_text("updated_on") %}
{% set rank = "case lower(" ~ json_text("state") ~ ") when 'merged' then '2' when 'declined' then '1' when 'superseded' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "pull_requests")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="pullrequest") }}
),

versions as (
    select
        -- ids
        record_key,
        concat(
            'bitbucket:pull_request:', lower(trim({{ first_text(["api_repository_uuid", "repository_uuid"]) }}, '{}')), ':', {{ json_text("id") }}
        ) as pull_request_key,
        lower(trim({{ first_text(["api_repository_uuid", "repository_uuid"]) }}, '{}')) as repository_id,
        {{ remote_name(json_text("repository_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("main_branch") }} as default_branch,
        {{ version_key(clock, fields.keys() | list, rank) }} as version_key,
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
