{{ config(materialized="incremental", incremental_strategy="append") }}

{#- Of other fields it is kept only that they changed: some hold whole descriptions. -#}
{% set read_fields = ["status", "sprint", "labels", "project", "flagged", "story points", "story point estimate"] %}
{% set about = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set told = ["issue_key", "told_at", "user_email", "user_account", "user_name"] %}
{% set history = {
    "history_id": "$.id id!",
    "changed_at": "$.created time",
    "parent_id": "$._parent_id id",
    "author_email": "$.author.emailAddress name",
    "author_account": "$.author.accountId name",
    "author_name": "$.author.name name",
    "items": "$.items list!",
} %}
{% set item = {
    "field": "$.field name!",
    "field_id": "$.fieldId name",
    "from_id": "$.from text",
    "from_text": "$.fromString text",
    "to_id": "$.to text",
    "to_text": "$.toString text",
} %}
{#- a change without its items is told as well: as one without a field -#}
{% set listed_items = "case when items is null then " ~ list_of("cast(null as json)") ~ " else " ~ json_list("items") ~ " end" %}
{% set actors = ["author_email", "user_email", "author_account", "user_account", "author_name", "user_name"] %}
{% set of_history = ["place", "issue_key", "history_id", "occurred_at", "actor", "history_problems", "is_history_aside"] %}

with issues as (
    select *
    from {{ ref("base_jira__issues") }}
    where is_set_aside is not true and changelog is not null
    {%- if is_incremental() %}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

listed as (
    {{ new_payloads_once(source("raw_jira", "changelogs")) }}
),

histories as (
    -- a webhook tells one change; who made it, and when, stands beside it
    select {{ (about + told) | join(", ") }}, '$.changelog' as place, changelog as history
    from issues
    where channel <> 'api'
    union all
    select {{ about | join(", ") }}, issue_key, null, null, null, null, concat('$.changelog.histories[', position - 1, ']'), history
    from issues, {{ explode_numbered(json_list("changelog", "$.histories"), "history", "position") }}
    where channel = 'api'
    union all
    select {{ about | join(", ") }}, null, null, null, null, null, '$', payload
    from listed
),

history_fields as (
    {{ json_fields("histories", "history", history, about + told + ["place"], at="place") }}
),

read_histories as (
    select
        {{ about | join(", ") }},
        coalesce(issue_key, concat('jira:issue:', {{ json_text("parent_id") }})) as issue_key,
        {{ json_text("history_id") }} as history_id,
        coalesce({{ ts_utc(json_text("changed_at")) }}, {{ ts_millis(json_text("told_at")) }}) as occurred_at,
        {{ first_text(actors) }} as actor,
        items,
        problems as history_problems,
        is_set_aside as is_history_aside,
        place
    from history_fields
),

items as (
    select
        {{ about | join(", ") }},
        {{ of_history | reject("equalto", "place") | join(", ") }},
        concat(read_histories.place, '.items[', position - 1, ']') as place,
        change_item
    from read_histories, {{ explode_numbered(listed_items, "change_item", "position") }}
),

item_fields as (
    {{ json_fields("items", "change_item", item, about + of_history, at="place") }}
),

changes as (
    select
        -- ids
        record_key,
        place,
        issue_key,
        history_id,
        actor,
        -- text
        {{ json_text("field") }} as field,
        {{ json_text("field_id") }} as field_id,
        {%- for name in ["from_id", "from_text", "to_id", "to_text"] %}
        case
            when lower({{ json_text("field") }}) in (
                '{{ read_fields | join("', '") }}'
            ) then {{ json_text(name) }}
        end as {{ name }},
        {%- endfor %}
        -- timestamps
        occurred_at,
        -- what is wrong with it
        nullif(concat_ws(chr(10), history_problems, problems), '') as problems,
        is_history_aside or is_set_aside as is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from item_fields
)

select * from changes
