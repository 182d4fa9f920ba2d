{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set alert_fields = {
    "fingerprint": "$.fingerprint id!",
    "status": "$.status word(firing|resolved)!",
    "starts_at": "$.startsAt time!",
    "ends_at": "$.endsAt text",
    "labels": "$.labels object!",
    "annotations": "$.annotations object",
    "url": "$.generatorURL text",
    "dashboard_url": "$.dashboardURL text",
    "panel_url": "$.panelURL text",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_grafana", "alerts")) }}
),

groups as (
    {{ json_fields("payloads", "payload", {"alerts": "$.alerts list!"}, keep) }}
),

listed as (
    select
        record_key, channel, event, received_at, _dlt_load_id, alert, position, concat('$.alerts[', position - 1, ']') as place
    from groups, {{ explode_numbered(json_list("alerts"), "alert", "position") }}
),

fields as (
    {{ json_fields("listed", "alert", alert_fields, keep + ["position", "place"], at="place") }}
),

alerts as (
    select
        record_key,
        position,
        -- the same alert fires again from another time on
        concat('grafana:alert:', {{ json_text("fingerprint") }}, ':', {{ iso_utc(ts_utc(json_text("starts_at"))) }}) as incident_key,
        channel,
        event,
        received_at,
        _dlt_load_id,
        problems,
        is_set_aside,
        -- a group is told again and again without a clock: what is resolved stays so
        concat(case {{ json_text("status") }} when 'resolved' then '1' else '0' end, '|', {{ content_hash(alert_fields.keys() | list) }}) as version_key,
        {{ ts_utc(json_text("starts_at")) }} as opened_at,
        case when {{ json_text("status") }} = 'resolved' then {{ ts_utc(json_text("ends_at")) }} end as resolved_at,
        labels,
        annotations,
        url,
        dashboard_url,
        panel_url
    from fields
    union all
    -- a group without alerts tells its own trouble
    select
        record_key, 0, null, channel, event, received_at, _dlt_load_id, problems, is_set_aside, null, null, null, null, null, null, null, null
    from groups
    where coalesce({{ json_size("alerts") }}, 0) = 0
)

select * from alerts
