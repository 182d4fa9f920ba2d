{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "parent_id": "$._parent_id id",
    "id": "$.id id!",
    "changed_at": "$.createdAt time!",
    "actor_id": "$.actor.id id",
    "actor_email": "$.actor.email name",
    "from_state_id": "$.fromStateId id",
    "to_state_id": "$.toStateId id",
    "from_cycle_id": "$.fromCycleId id",
    "to_cycle_id": "$.toCycleId id",
    "from_team_id": "$.fromTeamId id",
    "to_team_id": "$.toTeamId id",
    "from_estimate": "$.fromEstimate json",
    "to_estimate": "$.toEstimate json",
    "added_labels": "$.addedLabels texts.id",
    "removed_labels": "$.removedLabels texts.id",
} %}

with issues as (
    select *
    from {{ ref("base_linear__issues") }}
    where is_set_aside is not true and {{ json_size("histories") }} > 0
    {%- if is_incremental() %}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

listed as (
    {{ new_payloads_once(source("raw_linear", "issue_histories")) }}
),

nodes as (
    select {{ keep | join(", ") }}, issue_key, concat('$.history.nodes[', position - 1, ']') as place, node
    from issues, {{ explode_numbered(json_list("histories"), "node", "position") }}
    union all
    -- of an issue with more of them than come with it
    select {{ keep | join(", ") }}, null, '$', payload from listed
),

fields as (
    {{ json_fields("nodes", "node", fields, keep + ["issue_key", "place"], at="place") }}
),

histories as (
    select
        -- ids
        record_key,
        place,
        coalesce(issue_key, concat('linear:issue:', {{ json_text("parent_id") }})) as issue_key,
        {{ json_text("id") }} as history_id,
        coalesce({{ json_text("actor_email") }}, {{ json_text("actor_id") }}) as actor,
        {%- for name in ["from_state_id", "to_state_id", "from_cycle_id", "to_cycle_id", "from_team_id", "to_team_id"] %}
        {{ json_text(name) }} as {{ name }},
        {%- endfor %}
        {{ json_text("from_estimate") }} as from_estimate,
        {{ json_text("to_estimate") }} as to_estimate,
        -- labels, as JSON fragments
        added_labels,
        removed_labels,
        -- timestamps
        {{ ts_utc(json_text("changed_at")) }} as occurred_at,
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

select * from histories
