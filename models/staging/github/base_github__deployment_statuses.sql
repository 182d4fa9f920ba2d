{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "$.repository.id",
    "repository_url": "$.repository.html_url",
    "repository_clock": "$.repository.updated_at",
    "default_branch": "$.repository.default_branch",
    "id": "@.id",
    "state": "@.state",
    "environment": "@.environment",
    "log_url": "@.log_url",
    "target_url": "@.target_url",
    "deployment_url": "@.deployment_url",
    "api_repository_url": "@.repository_url",
    "creator_login": "@.creator.login",
    "deployment_id": "$.deployment.id",
    "run_id": "$.workflow_run.id",
    "created_at": "@.created_at",
    "updated_at": "@.updated_at",
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
    where {{ json_text("id") }} is not null
)

select * from versions
