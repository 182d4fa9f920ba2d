{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "state": "@.state word(queued|pending|waiting|in_progress|success|failure|error|inactive)!",
    "environment": "@.environment name",
    "log_url": "@.log_url text",
    "target_url": "@.target_url text",
    "deployment_url": "@.deployment_url text~/deployments/[0-9]+!deployment",
    "api_repository_url": "@.repository_url address!repository",
    "creator_login": "@.creator.login name",
    "deployment_id": "$.deployment.id id!deployment",
    "workflow_run": "$.workflow_run object",
    "run_id": "$.workflow_run.id id",
    "created_at": "@.created_at time!",
    "updated_at": "@.updated_at time",
} %}
{% set clock = json_text("updated_at") %}
{% set address = first_text(["repository_url", "api_repository_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "deployment_statuses")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="deployment_status") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:deployment_status:', {{ json_text("id") }}) as status_key,
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
        state,
        environment,
        log_url,
        target_url,
        deployment_url,
        api_repository_url,
        creator_login,
        deployment_id,
        run_id,
        created_at,
        updated_at
    from fields
)

select * from versions
