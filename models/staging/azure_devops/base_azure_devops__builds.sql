{{ config(materialized="incremental", incremental_strategy="append") }}

{#- `@` is `resource` in an event, and the build itself in what the API lists -#}
{#- an event says by addresses which organisation it is of: dev.azure.com/<it>, <it>.visualstudio.com, or a server's collection -#}
{% set address = "'^https?://(?:.*/)??([^/]+?)(?:[.]visualstudio[.]com(?:/defaultcollection)?)?(?:/[0-9a-f-]{36})?(?:/_apis/.*)?/*$'" %}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "@.id id!",
    "base_url": "$.resourceContainers.collection.baseUrl text~^https?://[^/]!place",
    "api_url": "@.url text~^https?://[^/]!place",
    "place": "$._project name!place",
    "definition_id": "@.definition.id id!",
    "definition": "@.definition.name text",
    "project": "@.project.name text",
    "status": "@.status name!",
    "result": "@.result text",
    "reason": "@.reason text",
    "branch": "@.sourceBranch text",
    "commit": "@.sourceVersion text",
    "repository_id": "@.repository.id id",
    "repository_url": "@.repository.url text",
    "user": "@.requestedFor.uniqueName text",
    "user_id": "@.requestedFor.id text",
    "url": "@._links.web.href text",
    "queued_at": "@.queueTime time",
    "started_at": "@.startTime time",
    "finished_at": "@.finishTime time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "builds")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="resource") }}
),

placed as (
    select
        *,
        lower(coalesce(
            split_part({{ json_text("place") }}, '/', 1), {{ re_group("lower(" ~ first_text(["base_url", "api_url"]) ~ ")", address) }}
        )) as organisation
    from fields
),

versions as (
    select
        -- ids
        record_key,
        concat('azure_devops:build:', organisation, ':', {{ json_text("id") }}) as build_key,
        -- a run that failed may be taken up again
        {{ version_key(json_text("finished_at"), fields.keys() | list) }} as version_key,
        {{ json_text("repository_id") }} as repository_id,
        {{ remote_name(json_text("repository_url")) }} as repository_key,
        {{ re_group("lower(" ~ json_text("commit") ~ ")", "'^([0-9a-f]{40})$'") }} as commit_sha,
        coalesce({{ first_text(["user", "user_id"]) }}) as user_name,
        concat(organisation, ':', {{ json_text("definition_id") }}) as definition_id,
        -- text
        {{ json_text("definition") }} as definition,
        -- older events have the result where newer ones have `completed`
        lower(coalesce({{ json_text("result") }}, case when lower({{ json_text("status") }}) <> 'completed' then {{ json_text("status") }} end)) as result,
        {{ json_text("reason") }} as reason,
        {{ re_replace(json_text("branch"), "^refs/heads/", "") }} as branch,
        {{ json_text("url") }} as url,
        -- timestamps
        {{ ts_utc(json_text("queued_at")) }} as queued_at,
        {{ ts_utc(json_text("started_at")) }} as started_at,
        {{ ts_utc(json_text("finished_at")) }} as finished_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from placed
)

select * from versions
