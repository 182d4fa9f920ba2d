{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "place", "channel", "event", "received_at", "_dlt_load_id", "repository", "actor"] %}
{% set delivered = {"repository": "$.repository", "actor": "$.actor", "changes": "$.push.changes"} %}
{% set fields = {
    "new_type": "$.new.type text",
    "new_name": "$.new.name name!ref",
    "old_type": "$.old.type text",
    "old_name": "$.old.name name!ref",
    "new_hash": "$.new.target.hash name",
    "old_hash": "$.old.target.hash name",
    "target": "$.new.target object",
    "commits": "$.commits list",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_bitbucket", "pushes")) }}
),

delivered as (
    {{ json_fields("payloads", "payload", delivered, ["record_key", "channel", "event", "received_at", "_dlt_load_id"]) }}
),

-- one push may move several branches and tags
changes as (
    select delivered.*, concat('$.push.changes[', position - 1, ']') as place, change_payload
    from delivered, {{ explode_numbered(json_list("changes"), "change_payload", "position") }}
),

fields as (
    {{ json_fields("changes", "change_payload", fields, keep, at="place") }}
),

pushes as (
    select
        -- ids
        record_key,
        place as push_place,
        lower(trim({{ json_at("repository", "$.uuid") }}, '{}')) as repository_id,
        {{ remote_name(json_at("repository", "$.links.html.href")) }} as repository_name,
        -- a push has no clock but its arrival
        {{ iso_utc(utc("received_at")) }} as repository_clock,
        {{ json_at("repository", "$.mainbranch.name") }} as default_branch,
        {{ json_at("actor", "$.uuid") }} as actor_uuid,
        -- text
        {{ first_text(["new_name", "old_name"]) }} as ref_name,
        case when {{ first_text(["new_type", "old_type"]) }} like '%tag%' then 'tag' else 'branch' end as kind,
        {{ json_at("actor", "$.nickname") }} as actor_name,
        {{ json_at("actor", "$.type") }} as actor_type,
        lower({{ json_text("old_hash") }}) as before_sha,
        lower({{ json_text("new_hash") }}) as after_sha,
        -- timestamps
        {{ utc("received_at") }} as pushed_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- objects, as JSON fragments
        target,
        commits
    from fields
)

select * from pushes
