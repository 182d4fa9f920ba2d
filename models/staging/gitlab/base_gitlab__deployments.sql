{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "api_project_id": "$._project_id id!project",
    "project_id": "$.project.id id!project",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "id": "$.id id!deployment",
    "deployment_id": "$.deployment_id id!deployment",
    "status": "$.status word(created|running|success|failed|canceled|blocked|approved|rejected|skipped)!",
    "environment": "$.environment json",
    "environment_name": "$.environment.name name",
    "sha": "$.sha name!commit",
    "commit_url": "$.commit_url text~/commit/[0-9a-f]{40}!commit",
    "ref": "$.ref name",
    "deployable_id": "$.deployable_id id",
    "deployable_url": "$.deployable_url text",
    "deployable": "$.deployable object",
    "job_id": "$.deployable.id id",
    "job_name": "$.deployable.name text",
    "job_tag": "$.deployable.tag flag",
    "job_url": "$.deployable.web_url text",
    "job_pipeline_id": "$.deployable.pipeline.id id",
    "job_started_at": "$.deployable.started_at time",
    "job_finished_at": "$.deployable.finished_at time",
    "job_failure_reason": "$.deployable.failure_reason text",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "user_email": "$.user.email text",
    "created_at": "$.created_at time!time",
    "updated_at": "$.updated_at time",
    "status_changed_at": "$.status_changed_at time!time",
} %}
{% set clock = first_text(["status_changed_at", "updated_at", "created_at"]) %}
{% set state = json_text("status") %}
{% set rank = "case when " ~ state ~ " in ('created', 'blocked', 'approved') then '0' when " ~ state ~ " = 'running' then '1' else '2' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "deployments")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:deployment:', {{ first_text(["id", "deployment_id"]) }}) as candidate_key,
        {{ first_text(["project_id", "api_project_id"]) }} as repository_id,
        {{ remote_name(json_text("project_url")) }} as repository_name,
        {{ iso_utc(ts_utc(clock)) }} as repository_clock,
        {{ json_text("project_default_branch") }} as default_branch,
        {{ version_key(clock, fields.keys() | list, rank) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        {{ fields | join(", ") }}
    from fields
)

select * from versions
