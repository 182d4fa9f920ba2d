{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "tag_name": "@.tag_name name!",
    "name": "@.name text",
    "target_commitish": "@.target_commitish name",
    "draft": "@.draft flag",
    "prerelease": "@.prerelease flag",
    "html_url": "@.html_url address!repository",
    "url": "@.url address!repository",
    "author_login": "@.author.login name",
    "created_at": "@.created_at time!",
    "published_at": "@.published_at time",
    "updated_at": "@.updated_at time",
} %}
{% set clock = first_text(["updated_at", "published_at", "created_at"]) %}
{% set rank = "case when " ~ json_text("action") ~ " in ('deleted', 'unpublished') then '1' else '0' end" %}
{% set address = first_text(["repository_url", "html_url", "url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "releases")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="release") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:release:', {{ json_text("id") }}) as candidate_key,
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
        tag_name,
        name,
        target_commitish,
        draft,
        prerelease,
        html_url,
        url,
        author_login,
        created_at,
        published_at,
        updated_at
    from fields
)

select * from versions
