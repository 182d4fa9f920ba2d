{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "$._project_id id!",
    "id": "$.id id!",
    "pipeline_id": "$.pipeline.id id!",
    "downstream_pipeline_id": "$.downstream_pipeline.id id",
    "status": "$.status word(created|waiting_for_resource|waiting_for_callback|preparing|pending|running|success|failed|canceled|canceling|skipped|manual|scheduled)!",
    "created_at": "$.created_at time",
    "started_at": "$.started_at time",
    "finished_at": "$.finished_at time",
} %}
{% set clock = first_text(["finished_at", "started_at", "created_at"]) %}
{% set state = json_text("status") %}
{% set rank = "case when " ~ state ~ " in ('success', 'failed', 'canceled', 'skipped') then '2' when " ~ state ~ " = 'running' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "trigger_jobs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('gitlab:job:', {{ json_text("id") }}) as trigger_job_key,
        {{ json_text("project_id") }} as repository_id,
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
