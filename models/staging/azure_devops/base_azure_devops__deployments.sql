{{ config(materialized="incremental", incremental_strategy="append") }}

{#- what the API lists; an event tells of an environment of a release, and names no deployment -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set source_of = "$.release.artifacts[0].definitionReference" %}
{% set fields = {
    "id": "$.id id!",
    "project": "$._project name!",
    "status": "$.deploymentStatus name!",
    "operation": "$.operationStatus text",
    "definition": "$.releaseDefinition.name text",
    "environment": "$.releaseEnvironment.name name!",
    "release": "$.release.name text",
    "url": "$.release.webAccessUri text",
    "user": "$.requestedFor.uniqueName text",
    "user_id": "$.requestedFor.id text",
    "requester": "$.requestedBy.uniqueName text",
    "requester_id": "$.requestedBy.id text",
    "commit": source_of ~ ".sourceVersion.id text",
    "repository_id": source_of ~ ".repository.id text",
    "branch": source_of ~ ".branch.id text",
    "build": source_of ~ ".version.id text",
    "queued_at": "$.queuedOn time!",
    "started_at": "$.startedOn time",
    "completed_at": "$.completedOn time",
    "modified_at": "$.lastModifiedOn time",
    "approvals": "$.preDeployApprovals list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "deployments")) }} and channel = 'api'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('azure_devops:deployment:', lower({{ json_text("project") }}), ':', {{ json_text("id") }}) as candidate_key,
        lower({{ json_text("project") }}) as project,
        {{ version_key(json_text("modified_at"), fields.keys() | list) }} as version_key,
        {{ json_text("repository_id") }} as repository_id,
        {{ re_group("lower(" ~ json_text("commit") ~ ")", "'^([0-9a-f]{40})$'") }} as commit_sha,
        concat('azure_devops:build:', lower(split_part({{ json_text("project") }}, '/', 1)), ':', {{ json_text("build") }}) as build_run_key,
        coalesce({{ first_text(["user", "user_id"]) }}) as user_name,
        coalesce({{ first_text(["requester", "requester_id"]) }}) as requester,
        -- text
        lower({{ json_text("status") }}) as status,
        lower({{ json_text("operation") }}) as operation,
        {{ json_text("definition") }} as definition,
        {{ json_text("environment") }} as environment_name,
        {{ json_text("release") }} as release_name,
        {{ re_replace(json_text("branch"), "^refs/heads/", "") }} as branch,
        {{ json_text("url") }} as url,
        approvals,
        -- timestamps
        {{ ts_utc(json_text("queued_at")) }} as queued_at,
        {{ ts_utc(json_text("started_at")) }} as started_at,
        {{ ts_utc(json_text("completed_at")) }} as completed_at,
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
