{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "@.id",
    "repository_url": "@.html_url address!",
    "repository_clock": "@.updated_at time",
    "default_branch": "@.default_branch name",
    "id": "@.id id!",
    "owner_login": "@.owner.login name",
    "name": "@.name name",
    "old_name": "$.changes.repository.name.from name",
    "old_user": "$.changes.owner.from.user.login name",
    "old_organization": "$.changes.owner.from.organization.login name",
} %}
{% set clock = json_text("repository_clock") %}
{% set address = json_text("repository_url") %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "repositories")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="repository") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:repository:', {{ json_text("id") }}) as repository_object_key,
        {{ version_key(clock, fields.keys() | list) }} as version_key,
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
        case when coalesce({{ json_text("old_name") }}, {{ json_text("old_user") }}, {{ json_text("old_organization") }}) is not null then
            lower(concat(
                regexp_extract({{ address }}, '^https?://([^/]+)/', 1), '/',
                coalesce({{ json_text("old_user") }}, {{ json_text("old_organization") }}, {{ json_text("owner_login") }}), '/',
                coalesce({{ json_text("old_name") }}, {{ json_text("name") }})
            ))
        end as old_repository_name,
        id,
        owner_login,
        name,
        old_name,
        old_user,
        old_organization
    from fields
)

select * from versions
