{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "cycle": "$.alert_cycle_key id!",
    "transition": "$.alert_transition name!",
    "told": "$.date text~^[0-9]{13}$!",
    "priority": "$.alert_priority text",
    "tags": "$.tags text",
    "url": "$.link text",
} %}

with monitors as (
    {{ new_payloads_once(source("raw_datadog", "monitor_events")) }}
),

objectives as (
    {{ new_payloads_once(source("raw_datadog", "slo_alerts")) }}
),

payloads as (
    select record_key, channel, event, received_at, payload, _dlt_load_id from monitors
    union all
    select record_key, channel, event, received_at, payload, _dlt_load_id from objectives
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

alerts as (
    select
        -- ids
        record_key,
        concat('datadog:alert:', {{ json_text("cycle") }}) as incident_key,
        concat({{ json_text("told") }}, '|', {{ content_hash(fields.keys() | list) }}) as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields
        {{ json_text("transition") }} in ('Recovered', 'No Data Recovered', 'Warn Recovered') as is_recovered,
        {{ json_text("priority") }} as priority_name,
        {{ list_sorted(re_all("coalesce(" ~ json_text("tags") ~ ", '')", "([^, ][^,]*)")) }} as tags,
        nullif({{ re_group(json_text("tags"), "'(?:^|,) *service:([^,]+)'") }}, '') as service_name,
        {{ json_text("url") }} as url,
        {{ ts_millis(json_text("told")) }} as told_at
    from fields
)

select * from alerts
