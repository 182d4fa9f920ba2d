{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "told_link": "$.url text",
    "id": "@.id id!",
    "project_link": "@.url text",
    "created_at": "@.createdAt time!",
    "updated_at": "@.updatedAt time!",
    "completed_at": "@.completedAt time",
    "canceled_at": "@.canceledAt time",
    "trashed": "@.trashed flag",
    "status_name": "@.status.name name",
    "status_type": "@.status.type word(backlog|planned|started|paused|completed|canceled)",
    "team_ids": "@.teamIds texts",
    "teams": "@.teams.nodes texts.id",
    "creator": "@.creator.id id",
    "creator_id": "@.creatorId id",
    "creator_email": "@.creator.email name",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_linear", "projects")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="data") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('linear:project:', {{ json_text("id") }}) as project_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list, "case when event = 'Project.remove' then '1' else '0' end") }} as version_key,
        coalesce({{ json_text("creator_email") }}, {{ json_text("creator_id") }}, {{ json_text("creator") }}) as creator,
        {{ list_plus(json_texts("team_ids", "$[*]"), json_texts("teams", "$[*].id")) }} as team_ids,
        -- text
        {{ json_text("status_name") }} as status_name,
        lower({{ json_text("status_type") }}) as status_type,
        coalesce({{ json_text("project_link") }}, {{ json_text("told_link") }}) as url,
        -- flags
        event = 'Project.remove' or coalesce({{ json_text("trashed") }} = 'true', false) as is_deleted,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as created_at,
        coalesce({{ ts_utc(json_text("completed_at")) }}, {{ ts_utc(json_text("canceled_at")) }}) as ended_at,
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
