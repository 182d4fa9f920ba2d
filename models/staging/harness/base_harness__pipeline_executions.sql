{{ config(materialized="incremental", incremental_strategy="append") }}

{#- `@` is `eventData` in a notification, and the execution itself in what the API lists -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set ci = "$.moduleInfo.ci" %}
{% set fields = {
    "id": "@.planExecutionId id!",
    "pipeline": "@.pipelineIdentifier name!",
    "told_event": "$.eventData.eventType name!state",
    "told_status": "$.eventData.nodeStatus text",
    "status": "$.status name!state",
    "url": "$.eventData.executionUrl text~^https?://",
    "told_trigger": "$.eventData.triggeredBy.triggerType text", "trigger": "$.executionTriggerInfo.triggerType text",
    "told_email": "$.eventData.triggeredBy.email text", "email": "$.executionTriggerInfo.triggeredBy.extraInfo.email text",
    "user": "$.executionTriggerInfo.triggeredBy.identifier text",
    "told_begun": "$.eventData.startTs moment", "told_ended": "$.eventData.endTs moment",
    "begun": "$.startTs millis", "ended": "$.endTs millis", "created": "$.createdAt millis",
    "branch": ci ~ ".branch text",
    "scm_url": ci ~ ".scmDetailsList[0].scmUrl text",
    "commit": ci ~ ".ciExecutionInfoDTO.branch.commits[0].id text",
    "stages": "$.stages list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_harness", "pipeline_executions")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="eventData") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('harness:execution:', {{ json_text("id") }}) as build_key,
        -- a summary says more than a notification, and what has ended more than what has not
        concat(
            case when {{ first_text(["ended", "told_ended"]) }} is null then '0' else '1' end, case channel when 'api' then '1' else '0' end,
            '|', {{ content_hash(fields) }}
        ) as version_key,
        {{ remote_name(json_text("scm_url")) }} as repository_key,
        {{ re_group("lower(" ~ json_text("commit") ~ ")", "'^([0-9a-f]{40})$'") }} as commit_sha,
        coalesce({{ first_text(["email", "told_email", "user"]) }}) as user_email,
        -- text
        {{ json_text("pipeline") }} as pipeline,
        case
            when channel = 'api' then lower({{ json_text("status") }})
            when {{ json_text("told_event") }} = 'PipelineSuccess' then 'success'
            when {{ json_text("told_event") }} = 'PipelineFailed' or {{ json_text("told_status") }} = 'failed' then 'failed'
        end as status,
        {{ first_text(["trigger", "told_trigger"]) }} as trigger,
        {{ json_text("branch") }} as branch,
        {{ json_text("url") }} as url,
        stages,
        -- timestamps: the API counts milliseconds, a notification seconds
        coalesce({{ ts_millis(json_text("begun")) }}, {{ ts_epoch(json_text("told_begun")) }}) as started_at,
        coalesce({{ ts_millis(json_text("ended")) }}, {{ ts_epoch(json_text("told_ended")) }}) as finished_at,
        {{ ts_millis(json_text("created")) }} as created_at,
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
