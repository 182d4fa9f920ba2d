{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "$.pipeline.project_id id!project",
    "hook_project_id": "$.project_id id!project",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "id": "$.id id!job",
    "build_id": "$.build_id id!job",
    "pipeline_id": "$.pipeline.id id!pipeline",
    "hook_pipeline_id": "$.pipeline_id id!pipeline",
    "name": "$.name text",
    "build_name": "$.build_name text",
    "status": "$.status word(created|waiting_for_resource|waiting_for_callback|preparing|pending|running|success|failed|canceled|canceling|skipped|manual|scheduled)!status",
    "build_status": "$.build_status word(created|waiting_for_resource|waiting_for_callback|preparing|pending|running|success|failed|canceled|canceling|skipped|manual|scheduled)!status",
    "allow_failure": "$.allow_failure flag",
    "build_allow_failure": "$.build_allow_failure flag",
    "ref": "$.ref name",
    "tag": "$.tag flag",
    "sha": "$.pipeline.sha name",
    "hook_sha": "$.sha name",
    "environment": "$.environment object",
    "environment_name": "$.environment.name name",
    "environment_action": "$.environment.action name",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "user_email": "$.user.email text",
    "web_url": "$.web_url text",
    "created_at": "$.created_at time",
    "build_created_at": "$.build_created_at time",
    "started_at": "$.started_at time",
    "build_started_at": "$.build_started_at time",
    "finished_at": "$.finished_at time",
    "build_finished_at": "$.build_finished_at time",
} %}
{% set clock = first_text(["finished_at", "build_finished_at", "started_at", "build_started_at", "created_at", "build_created_at"]) %}
{% set state = first_text(["status", "build_status"]) %}
{% set rank = "case when " ~ state ~ " in ('success', 'failed', 'canceled', 'skipped') then '2' when " ~ state ~ " = 'running' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "jobs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:job:', {{ first_text(["id", "build_id"]) }}) as build_key,
        {{ first_text(["project_id", "hook_project_id"]) }} as repository_id,
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
