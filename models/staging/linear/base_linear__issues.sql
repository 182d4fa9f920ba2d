{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "told_at": "$.createdAt time",
    "told_link": "$.url text",
    "actor_id": "$.actor.id id",
    "actor_email": "$.actor.email name",
    "was_state_id": "$.updatedFrom.stateId id",
    "was_cycle_id": "$.updatedFrom.cycleId id",
    "was_team_id": "$.updatedFrom.teamId id",
    "was_estimate": "$.updatedFrom.estimate json",
    "was_label_ids": "$.updatedFrom.labelIds texts",
    "id": "@.id id!",
    "number": "@.number count!number",
    "identifier": "@.identifier text~^.+-[0-9]+$!number",
    "issue_link": "@.url text",
    "created_at": "@.createdAt time!",
    "updated_at": "@.updatedAt time!",
    "completed_at": "@.completedAt time",
    "canceled_at": "@.canceledAt time",
    "trashed": "@.trashed flag",
    "estimate": "@.estimate json",
    "priority": "@.priorityLabel name",
    "description": "@.description text",
    "state": "@.state.id id!state",
    "state_id": "@.stateId id!state",
    "state_name": "@.state.name name",
    "state_type": "@.state.type word(triage|backlog|unstarted|started|completed|canceled|duplicate)",
    "team": "@.team.id id!team",
    "team_id": "@.teamId id!team",
    "team_code": "@.team.key name",
    "parent": "@.parent.id id",
    "parent_id": "@.parentId id",
    "project": "@.project.id id",
    "project_id": "@.projectId id",
    "cycle": "@.cycle.id id",
    "cycle_id": "@.cycleId id",
    "creator": "@.creator.id id",
    "creator_id": "@.creatorId id",
    "creator_email": "@.creator.email name",
    "labels": "@.labels json",
    "label_nodes": "@.labels.nodes list",
    "histories": "@.history.nodes list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_linear", "issues")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="data") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('linear:issue:', {{ json_text("id") }}) as issue_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list, "case when event = 'Issue.remove' then '1' else '0' end") }} as version_key,
        {%- for name in ["state", "team", "parent", "project", "cycle"] %}
        coalesce({{ json_text(name ~ "_id") }}, {{ json_text(name) }}) as {{ name }}_id,
        {%- endfor %}
        coalesce({{ json_text("creator_email") }}, {{ json_text("creator_id") }}, {{ json_text("creator") }}) as creator,
        coalesce({{ json_text("actor_email") }}, {{ json_text("actor_id") }}) as actor,
        -- text
        lower({{ json_text("state_type") }}) as state_type,
        {{ json_text("state_name") }} as state_name,
        lower(coalesce({{ json_text("team_code") }}, nullif(regexp_extract({{ json_text("identifier") }}, '^(.+)-[0-9]+$', 1), ''))) as team_code,
        {{ json_text("priority") }} as priority_name,
        {{ json_text("description") }} as description,
        coalesce({{ json_text("issue_link") }}, {{ json_text("told_link") }}) as url,
        -- a webhook lists labels, GraphQL gives a connection
        case when labels like '[%' then labels else label_nodes end as labels,
        -- numbers
        try_cast(coalesce({{ json_text("number") }}, regexp_extract({{ json_text("identifier") }}, '-([0-9]+)$', 1)) as bigint) as number,
        try_cast({{ json_text("estimate") }} as double) as estimate,
        -- flags
        event = 'Issue.remove' or coalesce({{ json_text("trashed") }} = 'true', false) as is_deleted,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as created_at,
        {{ ts_utc(json_text("updated_at")) }} as updated_at,
        coalesce({{ ts_utc(json_text("completed_at")) }}, {{ ts_utc(json_text("canceled_at")) }}) as ended_at,
        coalesce({{ ts_utc(json_text("told_at")) }}, {{ ts_utc(json_text("updated_at")) }}) as told_at,
        -- what an update took the place of, as JSON fragments: an SQL null where it changed something else
        was_state_id,
        was_cycle_id,
        was_team_id,
        was_estimate,
        was_label_ids,
        histories,
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
