{{ config(materialized="incremental", incremental_strategy="append") }}

{#- `@` is `job` in a webhook, and the job itself in what the API lists; its workflow lands with both -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set states = "success|running|not_run|failed|retried|queued|not_running|infrastructure_fail|timedout|on_hold|terminated-unknown"
    ~ "|blocked|canceled|unauthorized" %}
{% set fields = {
    "id": "@.id id!",
    "workflow_id": "$.workflow.id id!",
    "name": "@.name name!",
    "status": "@.status word(" ~ states ~ ")!",
    "kind": "@.type word(build|approval)",
    "started_at": "@.started_at time",
    "stopped_at": "@.stopped_at time",
    "approval_id": "$.approval_request_id id",
    "approved_by": "$.approved_by id",
    "canceled_by": "$.canceled_by id",
    "target_url": "$.pipeline.vcs.target_repository_url text",
    "origin_url": "$.pipeline.vcs.origin_repository_url text",
    "checkout_url": "$.pipeline.trigger_parameters.git.checkout_url text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_circleci", "jobs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="job") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('circleci:job:', {{ json_text("id") }}) as build_key,
        concat('circleci:workflow:', {{ json_text("workflow_id") }}) as workflow_key,
        concat(case when {{ json_text("stopped_at") }} is null then '0' else '1' end, '|', {{ content_hash(fields) }}) as version_key,
        {{ remote_name(first_text(["target_url", "origin_url", "checkout_url"])) }} as repository_key,
        {{ first_text(["approved_by", "canceled_by"]) }} as actor_id,
        -- text
        {{ json_text("name") }} as name,
        lower({{ json_text("status") }}) as status,
        -- flags
        coalesce({{ json_text("kind") }} = 'approval', false) as is_approval,
        -- timestamps
        {{ ts_utc(json_text("started_at")) }} as started_at,
        {{ ts_utc(json_text("stopped_at")) }} as stopped_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from fields
)

select * from versions
