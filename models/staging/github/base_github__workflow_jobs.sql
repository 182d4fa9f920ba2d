{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action text",
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "id": "@.id id!",
    "run_id": "@.run_id id!",
    "run_attempt": "@.run_attempt count",
    "name": "@.name text",
    "workflow_name": "@.workflow_name text",
    "status": "@.status word(completed|in_progress|queued|requested|waiting|pending)!",
    "conclusion": "@.conclusion word(success|failure|neutral|cancelled|skipped|timed_out|action_required|stale|startup_failure)",
    "html_url": "@.html_url address!repository",
    "run_url": "@.run_url address!repository",
    "head_sha": "@.head_sha name",
    "head_branch": "@.head_branch name",
    "created_at": "@.created_at time",
    "started_at": "@.started_at time",
    "completed_at": "@.completed_at time",
} %}
{% set clock = first_text(["completed_at", "started_at", "created_at"]) %}
{% set rank = "case " ~ json_text("status") ~ " when 'completed' then '2' when 'in_progress' then '1' else '0' end" %}
{% set address = first_text(["repository_url", "html_url", "run_url"]) %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "workflow_jobs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="workflow_job") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('github:job:', {{ json_text("id") }}) as build_key,
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
        run_id,
        run_attempt,
        name,
        workflow_name,
        status,
        conclusion,
        html_url,
        run_url,
        head_sha,
        head_branch,
        created_at,
        started_at,
        completed_at
    from fields
)

select * from versions
