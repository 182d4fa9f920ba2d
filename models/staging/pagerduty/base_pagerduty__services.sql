{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "occurred_at": "$.event.occurred_at time",
    "gone_at": "@.gone_at time",
    "id": "@.id id!",
    "name": "@.name text",
    "summary": "@.summary text",
    "url": "@.html_url text",
    "teams": "@.teams texts.summary",
} %}

with payloads as (
    select *
    from ({{ new_payloads_once(source("raw_pagerduty", "services")) }})
    -- values of custom fields hold no service
    where event not like 'service.custom_field_values.%'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="event.data") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('pagerduty:service:', {{ json_text("id") }}) as entity_key,
        -- a list has no clock: it is as new as its arrival
        concat(
            {{ iso_utc("coalesce(" ~ ts_utc(first_text(["occurred_at", "gone_at"])) ~ ", " ~ utc("received_at") ~ ")") }}, '|',
            case when event in ('service.deleted', 'services.gone') then '1' else '0' end, '|', {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        coalesce(name, summary) as name,
        url,
        teams
    from fields
)

select * from versions
