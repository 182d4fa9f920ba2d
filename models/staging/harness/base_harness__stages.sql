{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set told_fields = {
    "execution": "$.eventData.planExecutionId id!",
    "id": "$.eventData.stageIdentifier id!",
    "name": "$.eventData.stageName text",
    "told_event": "$.eventData.eventType name!",
    "begun": "$.eventData.startTs moment",
    "ended": "$.eventData.endTs moment",
} %}
{% set cd = "$.moduleInfo.cd" %}
{% set fields = {
    "id": "$.nodeIdentifier id!",
    "name": "$.name text",
    "kind": "$.nodeType text",
    "status": "$.status name!",
    "begun": "$.startTs millis",
    "ended": "$.endTs millis",
    "service": cd ~ ".serviceInfo.identifier text",
    "tag": cd ~ ".serviceInfo.artifacts.primary.tag text",
    "environment": cd ~ ".infraExecutionSummary.identifier text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_harness", "stage_executions")) }}
),

told as (
    {{ json_fields("payloads", "payload", told_fields, keep) }}
),

executions as (
    select *
    from {{ ref("base_harness__pipeline_executions") }}
    where is_set_aside is not true
    {%- if is_incremental() %}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

nodes as (
    select record_key, channel, event, received_at, _dlt_load_id, build_key, position, node, concat('$.stages[', position - 1, ']') as place
    from executions, {{ explode_numbered(json_list("stages"), "node", "position") }}
),

listed as (
    {{ json_fields("nodes", "node", fields, keep + ["build_key", "position", "place"], at="place") }}
),

stages as (
    select
        record_key, 0 as position, concat('harness:execution:', {{ json_text("execution") }}) as run_key,
        {{ json_text("id") }} as stage_id, {{ json_text("name") }} as name, cast(null as {{ dbt.type_string() }}) as kind,
        case {{ json_text("told_event") }} when 'StageSuccess' then 'success' when 'StageFailed' then 'failed' end as status,
        concat(case when {{ json_text("ended") }} is null then '0' else '1' end, '0|', {{ content_hash(told_fields) }}) as version_key,
        cast(null as {{ dbt.type_string() }}) as service_name, cast(null as {{ dbt.type_string() }}) as environment_name,
        cast(null as {{ dbt.type_string() }}) as artifact_tag,
        {{ ts_epoch(json_text("begun")) }} as started_at, {{ ts_epoch(json_text("ended")) }} as finished_at,
        channel, event, received_at, _dlt_load_id, problems, is_set_aside
    from told
    union all
    select
        record_key, position, build_key, {{ json_text("id") }}, {{ json_text("name") }}, {{ json_text("kind") }},
        lower({{ json_text("status") }}),
        concat(case when {{ json_text("ended") }} is null then '0' else '1' end, '1|', {{ content_hash(fields) }}),
        {{ json_text("service") }}, {{ json_text("environment") }}, {{ json_text("tag") }},
        {{ ts_millis(json_text("begun")) }}, {{ ts_millis(json_text("ended")) }},
        channel, event, received_at, _dlt_load_id, problems, is_set_aside
    from listed
)

select * from stages
