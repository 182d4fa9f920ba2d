{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id", "root"] %}
{% set fields = {
    "new_status": "$.new_status text",
    "id": "@.id id!",
    "incident_id": "@.incident_id id!known",
    "status": "@.status text",
    "url": "@.document_url text",
    "updated_at": "@.updated_at time!known",
    "gone_at": "@.gone_at time!known",
} %}

with payloads as (
    select
        record_key, channel, event, received_at, _dlt_load_id,
        case when channel = 'api' then '$' else concat('$.', event) end as root,
        case when channel = 'api' then payload else {{ json_member("payload", "event") }} end as payload
    from ({{ new_payloads_once(source("raw_incident_io", "postmortems")) }})
    where event not like 'private!_%' escape '!'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="postmortem_document", at="root") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('incident_io:postmortem:', {{ json_text("id") }}) as postmortem_key,
        concat('incident_io:incident:', {{ json_text("incident_id") }}) as incident_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields: a webhook says `complete`, the API `completed`
        coalesce({{ first_text(["new_status", "status"]) }} like 'complete%', false) as is_complete,
        {{ json_text("url") }} as url,
        {{ ts_utc(json_text("updated_at")) }} as told_at
    from fields
)

select * from versions
