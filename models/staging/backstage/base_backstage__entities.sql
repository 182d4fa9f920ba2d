{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "ref": "$.ref name!",
    "project": "$.project text",
    "repository": "$.repository text",
    "folder": "$.folder text",
    "kind": "$.document.kind name!",
    "name": "$.document.metadata.name name!",
    "namespace": "$.document.metadata.namespace text",
    "title": "$.document.metadata.title text",
    "annotations": "$.document.metadata.annotations object",
    "lifecycle": "$.document.spec.lifecycle text",
    "owner": "$.document.spec.owner text",
    "system_name": "$.document.spec.system text",
    "tier": "$.document.spec.tier json",
    "seen_at": "$.seen_at time!",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_backstage", "entities")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

entities as (
    select
        -- ids
        record_key,
        concat('backstage:', {{ json_text("ref") }}) as entity_key,
        {{ version_key(json_text("seen_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        lower({{ json_text("kind") }}) as kind,
        {{ json_text("name") }} as name,
        coalesce({{ json_text("namespace") }}, 'default') as namespace,
        {{ json_text("title") }} as title,
        {{ json_text("lifecycle") }} as lifecycle,
        {{ json_text("owner") }} as owner,
        {{ json_text("system_name") }} as system_name,
        {{ json_text("tier") }} as tier,
        {{ json_text("project") }} as project_key,
        {{ json_text("repository") }} as repository_key,
        {{ json_text("folder") }} as folder,
        {{ re_replace(json_text(json_member("annotations", "'backstage.io/source-location'")), "^url:", "") }} as location
    from fields
)

select * from entities
