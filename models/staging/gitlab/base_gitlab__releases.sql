{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "api_project_id": "$._project_id id!project",
    "project_id": "$.project.id id!project",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "tag_name": "$.tag_name name!tag",
    "tag": "$.tag name!tag",
    "action": "$.action text",
    "commit_id": "$.commit.id name",
    "url": "$.url text",
    "self_url": "$._links.self text",
    "author_id": "$.author.id id",
    "author_username": "$.author.username name",
    "created_at": "$.created_at time!time",
    "gone_at": "$.gone_at time!time",
    "released_at": "$.released_at time",
} %}
{% set clock = first_text(["gone_at", "created_at"]) %}
{% set rank = "case when " ~ json_text("action") ~ " = 'delete' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "releases")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:release:', {{ first_text(["project_id", "api_project_id"]) }}, ':', {{ first_text(["tag_name", "tag"]) }}) as candidate_key,
        {{ first_text(["project_id", "api_project_id"]) }} as repository_id,
        {{ remote_name(json_text("project_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("project_default_branch") }} as default_branch,
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
