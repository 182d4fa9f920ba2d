{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$.repository.uuid id!repository",
    "api_repository_uuid": "$._repository_uuid id!repository",
    "repository_url": "$.repository.links.html.href address",
    "main_branch": "$.repository.mainbranch.name name",
    "status_key": "$.commit_status.key name!",
    "state": "$.commit_status.state word(inprogress|successful|failed|stopped)!",
    "name": "$.commit_status.name text",
    "url": "$.commit_status.url text",
    "refname": "$.commit_status.refname name",
    "hash": "$.commit_status.commit.hash name!commit",
    "commit_url": "$.commit_status.links.commit.href text~/commit/[0-9a-f]{7,40}!commit",
    "actor_uuid": "$.actor.uuid id",
    "actor_name": "$.actor.nickname text",
    "actor_type": "$.actor.type text",
    "created_on": "$.commit_status.created_on time!",
    "updated_on": "$.commit_status.updated_on time",
} %}
{% set clock = first_text(["updated_on", "created_on"]) %}
{% set rank = "case " ~ json_text("state") ~ " when 'INPROGRESS' then '0' else '1' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "commit_statuses")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        lower(coalesce({{ json_text("hash") }}, regexp_extract({{ json_text("commit_url") }}, '/commit/([0-9a-f]+)', 1))) as commit_hash,
        -- the number of a pipeline of Bitbucket itself, whose end it tells
        nullif(regexp_extract({{ json_text("url") }}, '/pipelines/.*results/([0-9]+)', 1), '') as build_number,
        lower(trim({{ first_text(["repository_uuid", "api_repository_uuid"]) }}, '{}')) as repository_id,
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
