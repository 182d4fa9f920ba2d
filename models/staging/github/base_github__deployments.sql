{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "sha": "@.sha name!",
    "ref": "@.ref name",
    "task": "@.task name",
    "environment": "@.environment name",
    "creator_login": "@.creator.login name",
    "url": "@.url text",
    "api_repository_url": "@.repository_url address!repository",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
    "workflow_run": "$.workflow_run object",
    "run_id": "$.workflow_run.id id",
} %}
{% set clock = json_text("updated_at") %}
{% set address = first_text(["repository_url", "api_repository_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "deployments")) }}
    union all
    -- what the API lists as a status holds no deployment
    {{ new_payloads_once(source("raw_github", "deployment_statuses")) }} and channel <> 'api'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="deployment") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:deployment:', {{ json_text("id") }}) as candidate_key,
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
        id,
        sha,
        ref,
        task,
        environment,
        creator_login,
        url,
        api_repository_url,
        created_at,
        updated_at,
        run_id
    from fields
)

select * from versions
