{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id", "root", "told"] %}
{#- of a new or renamed channel an event carries the object, of others its id -#}
{% set fields = {
    "id": "$.id id!which",
    "channel_id": "$.channel id!which",
    "created": "$.created moment",
    "updated": "$.updated millis",
    "archived": "$.is_archived flag",
    "created_by": "$.creator text",
    "kind": "$.fact.kind word(incident_channel)",
    "told_service": "$.fact.service text",
    "told_number": "$.fact.number text",
    "told_severity": "$.fact.severity text",
    "told_url": "$.fact.url text",
} %}
{% set with_object = "event like '%!_created' escape '!' or event like '%!_rename' escape '!'" %}

with payloads as (
    select
        record_key, channel, event, received_at, _dlt_load_id,
        {{ json_at("payload", "$.event.event_ts") }} as told,
        case when channel = 'api' then '$' when {{ with_object }} then '$.event.channel' else '$.event' end as root,
        case
            when channel = 'api' then payload
            when {{ with_object }} then {{ json_member(json_member("payload", "'event'"), "'channel'") }}
            else {{ json_member("payload", "'event'") }}
        end as payload
    from ({{ new_payloads_once(source("raw_slack", "channels")) }})
    -- that the app left a channel says nothing of it
    where event not like '%!_left' escape '!'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, at="root") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('slack:channel:', lower({{ first_text(["id", "channel_id"]) }})) as channel_key,
        concat(
            {{ iso_utc("coalesce(" ~ ts_decimal("told") ~ ", " ~ ts_millis(json_text("updated")) ~ ", " ~ ts_epoch(json_text("created")) ~ ")") }},
            '|', {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        -- text
        {{ first_text(["id", "channel_id"]) }} as channel_id,
        lower({{ json_text("kind") }}) as fact_kind,
        {{ json_text("told_service") }} as service,
        {{ json_text("told_number") }} as number,
        {{ json_text("told_severity") }} as severity,
        {{ json_text("told_url") }} as url,
        {{ json_text("created_by") }} as creator,
        -- flags
        case
            when channel = 'api' then {{ json_text("archived") }} = 'true'
            when event like '%!_archive' escape '!' or event like '%!_deleted' escape '!' then true
            when event like '%!_unarchive' escape '!' then false
        end as is_archived,
        -- timestamps
        {{ ts_epoch(json_text("created")) }} as created_at,
        coalesce({{ ts_decimal("told") }}, {{ ts_millis(json_text("updated")) }}) as told_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from fields
)

select * from versions
