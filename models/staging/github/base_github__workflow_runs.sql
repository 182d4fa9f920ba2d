{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "@.repository.id id!repository",
    "repository_url": "@.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "run_attempt": "@.run_attempt count",
    "name": "@.name text",
    "trigger_event": "@.event name",
    "status": "@.status word(completed|in_progress|queued|requested|waiting|pending)!",
    "conclusion": "@.conclusion word(success|failure|neutral|cancelled|skipped|timed_out|action_required|stale|startup_failure)",
    "html_url": "@.html_url text",
    "head_sha": "@.head_sha name",
    "head_branch": "@.head_branch name",
    "actor_login": "@.triggering_actor.login name",
    "first_actor_login": "@.actor.login name",
    "created_at": "@.created_at time!",
    "run_started_at": "@.run_started_at time",
    "updated_at": "@.updated_at time",
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
        -- what is wrong with it
        problems,
        is_set_aside,
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
)

select * from versions
