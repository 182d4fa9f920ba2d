{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "@.id id!",
    "number": "@.number count",
    "name": "@.name text",
    "team": "@.team.id id!team",
    "team_id": "@.teamId id!team",
    "created_at": "@.createdAt time",
    "updated_at": "@.updatedAt time!",
    "starts_at": "@.startsAt time!",
    "ends_at": "@.endsAt time!",
    "completed_at": "@.completedAt time",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_linear", "cycles")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="data") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('linear:cycle:', {{ json_text("id") }}) as sprint_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list, "case when event = 'Cycle.remove' then '1' else '0' end") }} as version_key,
        coalesce({{ json_text("team_id") }}, {{ json_text("team") }}) as team_id,
        -- text: a cycle without a name is called by its number
        coalesce(nullif({{ json_text("name") }}, ''), concat('Cycle ', {{ json_text("number") }})) as name,
        -- flags
        event = 'Cycle.remove' as is_deleted,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as created_at,
        {{ ts_utc(json_text("starts_at")) }} as starts_at,
        {{ ts_utc(json_text("ends_at")) }} as ends_at,
        {{ ts_utc(json_text("completed_at")) }} as completed_at,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from fields
)

select * from versions
