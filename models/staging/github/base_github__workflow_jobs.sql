{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "action": "$.action",
    "repository_id": "$.repository.id",
    "repository_url": "$.repository.html_url",
    "repository_clock": "$.repository.updated_at",
    "default_branch": "$.repository.default_branch",
    "id": "@.id",
    "run_id": "@.run_id",
    "run_attempt": "@.run_attempt",
    "name": "@.name",
    "workflow_name": "@.workflow_name",
    "status": "@.status",
    "conclusion": "@.conclusion",
    "html_url": "@.html_url",
    "run_url": "@.run_url",
    "head_sha": "@.head_sha",
    "head_branch": "@.head_branch",
    "created_at": "@.created_at",
    "started_at": "@.started_at",
    "completed_at": "@.completed_at",
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
    where {{ json_text("id") }} is not null
)

select * from versions
