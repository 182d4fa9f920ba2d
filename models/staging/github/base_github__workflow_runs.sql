{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "@.repository.id",
    "repository_url": "@.repository.html_url",
    "repository_clock": "$.repository.updated_at",
    "default_branch": "$.repository.default_branch",
    "id": "@.id",
    "run_attempt": "@.run_attempt",
    "name": "@.name",
    "trigger_event": "@.event",
    "status": "@.status",
    "conclusion": "@.conclusion",
    "html_url": "@.html_url",
    "head_sha": "@.head_sha",
    "head_branch": "@.head_branch",
    "actor_login": "@.triggering_actor.login",
    "first_actor_login": "@.actor.login",
    "created_at": "@.created_at",
    "run_started_at": "@.run_started_at",
    "updated_at": "@.updated_at",
} %}
{% set clock = json_text("updated_at") %}
{% set rank = "case " ~ json_text("status") ~ " when 'completed' then '2' when 'in_progress' then '1' else '0' end" %}
{% set address = json_text("repository_url") %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "workflow_runs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="workflow_run") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:run:', {{ json_text("id") }}, ':', coalesce({{ json_text("run_attempt") }}, '1')) as build_key,
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
        -- fields, as JSON fragments
        id,
        run_attempt,
        name,
        trigger_event,
        status,
        conclusion,
        html_url,
        head_sha,
        head_branch,
        actor_login,
        first_actor_login,
        created_at,
        run_started_at,
        updated_at
    from fields
    where {{ json_text("id") }} is not null
)

select * from versions
