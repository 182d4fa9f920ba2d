{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "api_project_id": "$.project_id id!project",
    "project_id": "$.project.id id!project",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "id": "@.id id!",
    "name": "@.name text",
    "trigger_source": "@.source name",
    "status": "@.status word(created|waiting_for_resource|waiting_for_callback|preparing|pending|running|success|failed|canceled|canceling|skipped|manual|scheduled)!",
    "ref": "@.ref name",
    "sha": "@.sha name",
    "parent_pipeline_id": "$.source_pipeline.pipeline_id id",
    "parent_project_id": "$.source_pipeline.project.id id",
    "user_id": "$.user.id id",
    "user_username": "$.user.username name",
    "user_email": "$.user.email text",
    "hook_url": "$.object_attributes.url text",
    "web_url": "$.web_url text",
    "created_at": "@.created_at time!",
    "updated_at": "$.updated_at time",
    "finished_at": "@.finished_at time",
} %}
{% set clock = first_text(["updated_at", "finished_at", "created_at"]) %}
{% set state = json_text("status") %}
{% set rank = "case when " ~ state ~ " in ('success', 'failed', 'canceled', 'skipped') then '2' when " ~ state ~ " = 'running' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "pipelines")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="object_attributes") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:pipeline:', {{ json_text("id") }}) as build_key,
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
