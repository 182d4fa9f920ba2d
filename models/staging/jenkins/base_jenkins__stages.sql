{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set run_fields = {
    "queue": "$._parent_queueId id",
    "number": "$._parent_number count!",
    "url": "$._parent_url text~^https?://!",
    "run_status": "$.status word(success|unstable|failed|aborted|in_progress|paused_pending_input|not_executed)!",
    "run_ended": "$.endTimeMillis millis",
    "stages": "$.stages list!",
} %}
{% set stage_fields = {
    "id": "$.id id!",
    "name": "$.name text",
    "status": "$.status word(success|unstable|failed|aborted|in_progress|paused_pending_input|not_executed)!",
    "started": "$.startTimeMillis millis",
    "lasted": "$.durationMillis count",
    "steps": "$.stageFlowNodes list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_jenkins", "stages")) }}
),

runs as (
    {{ json_fields("payloads", "payload", run_fields, keep) }}
),

listed as (
    select
        record_key, channel, event, received_at, _dlt_load_id, number, run_status, run_ended, stage, position, problems as run_problems,
        is_set_aside as is_run_set_aside,
        try_cast({{ json_text("queue") }} as bigint) as queue_id,
        {{ re_replace(json_text("url"), "^https?://|/+$", "") }} as address,
        concat('$.stages[', position - 1, ']') as place
    from runs, {{ explode_numbered(json_list("stages"), "stage", "position") }}
),

fields as (
    {{ json_fields(
        "listed", "stage", stage_fields,
        keep + ["number", "address", "run_status", "run_ended", "queue_id", "position", "place", "run_problems", "is_run_set_aside"], at="place"
    ) }}
),

stages as (
    select
        record_key,
        position,
        case
            when queue_id > 0 then concat('jenkins:build:', split_part(address, '/', 1), ':', queue_id, ':', {{ json_text("number") }})
            else concat('jenkins:build:', address)
        end as run_key,
        concat(
            coalesce({{ iso_utc(ts_millis(json_text("run_ended"))) }}, '0'), '|', {{ content_hash(stage_fields) }}
        ) as version_key,
        {{ json_text("id") }} as stage_id,
        {{ json_text("name") }} as name,
        upper({{ json_text("run_status") }}) as run_status,
        -- a stage that its condition left out says SUCCESS, and has no step
        case
            when upper({{ json_text("status") }}) = 'SUCCESS' and {{ json_size("steps") }} = 0 then 'NOT_EXECUTED'
            else upper({{ json_text("status") }})
        end as status,
        {{ ts_millis("nullif(try_cast(" ~ json_text("started") ~ " as bigint), 0)") }} as started_at,
        {{ ts_millis(
            "nullif(try_cast(" ~ json_text("started") ~ " as bigint), 0) + coalesce(try_cast(" ~ json_text("lasted") ~ " as bigint), 0)"
        ) }} as finished_at,
        channel,
        event,
        received_at,
        _dlt_load_id,
        nullif(concat_ws(chr(10), run_problems, problems), '') as problems,
        is_run_set_aside or is_set_aside as is_set_aside
    from fields
    union all
    -- what has no stages tells its own trouble
    select
        record_key, 0, null, null, null, null, null, null, null, null, channel, event, received_at, _dlt_load_id, problems, is_set_aside
    from runs
    where coalesce({{ json_size("stages") }}, 0) = 0
)

select * from stages
