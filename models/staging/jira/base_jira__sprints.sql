{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "told_at": "$.timestamp millis",
    "listed_by": "$._parent_id id",
    "id": "@.id id!",
    "name": "@.name text",
    "state": "@.state word(future|active|closed)!",
    "board_id": "@.originBoardId id",
    "created_at": "@.createdDate time",
    "starts_at": "@.startDate time",
    "ends_at": "@.endDate time",
    "completed_at": "@.completeDate time",
} %}
{#- a sprint carries no clock: a webhook says when, a list is of the time it was asked for -#}
{% set told = iso_utc("coalesce(" ~ ts_millis(json_text("told_at")) ~ ", " ~ utc("received_at") ~ ")") %}

with payloads as (
    {{ new_payloads_once(source("raw_jira", "sprints")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="sprint") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('jira:sprint:', {{ json_text("id") }}) as sprint_key,
        concat(
            {{ told }}, '|', case lower({{ json_text("state") }}) when 'closed' then '2' when 'active' then '1' else '0' end, '|',
            {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        coalesce({{ json_text("board_id") }}, {{ json_text("listed_by") }}) as board_id,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        name,
        state,
        created_at,
        starts_at,
        ends_at,
        completed_at
    from fields
)

select * from versions
