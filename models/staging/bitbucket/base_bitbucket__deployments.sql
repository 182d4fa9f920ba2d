{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_uuid": "$._repository_uuid id!",
    "uuid": "$.uuid id!",
    "step_uuid": "$.step.uuid id",
    "pipeline_uuid": "$.release.pipeline.uuid id",
    "state": "$.state.name name!",
    "status": "$.state.status.name name",
    "environment_name": "$.environment.name name",
    "hash": "$.release.commit.hash name",
    "release_name": "$.release.name text",
    "url": "$.state.url text",
    "release_url": "$.release.url text",
    "deployer_uuid": "$.state.deployer.uuid id",
    "deployer_name": "$.state.deployer.nickname text",
    "created_on": "$.release.created_on time",
    "started_on": "$.state.started_on time",
    "start_date": "$.state.start_date time",
    "completed_on": "$.state.completed_on time",
    "completion_date": "$.state.completion_date time",
    "last_update_time": "$.last_update_time time",
} %}
{% set clock = first_text(["last_update_time", "completed_on", "started_on", "created_on"]) %}
{% set rank = "case " ~ json_text("state") ~ " when 'COMPLETED' then '2' when 'IN_PROGRESS' then '1' else '0' end" %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "deployments")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('bitbucket:deployment:', lower(trim({{ json_text("uuid") }}, '{}'))) as candidate_key,
        lower(trim({{ json_text("step_uuid") }}, '{}')) as step_id,
        lower(trim({{ json_text("pipeline_uuid") }}, '{}')) as pipeline_id,
        lower(trim({{ json_text("repository_uuid") }}, '{}')) as repository_id,
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
