{#- Groups of alerts as more than one tool sends them, in one form: whole models. `pages`: further addresses of an alert, column to field. -#}

{#- A whole `base_<source>__alerts`: one row a payload and alert of its group. -#}
{% macro alerts_told(tool, pages={}) -%}
{%- set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] -%}
{%- set alert_fields = {
    "fingerprint": "$.fingerprint id!",
    "status": "$.status word(firing|resolved)!",
    "starts_at": "$.startsAt time!",
    "ends_at": "$.endsAt text",
    "labels": "$.labels object!",
    "annotations": "$.annotations object",
    "url": "$.generatorURL text",
} -%}
{%- for name, field in pages.items() -%}{%- do alert_fields.update({name: "$." ~ field ~ " text"}) -%}{%- endfor -%}
with payloads as (
    {{ new_payloads_once(source("raw_" ~ tool, "alerts")) }}
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
        concat('{{ tool }}:alert:', {{ json_text("fingerprint") }}, ':', {{ iso_utc(ts_utc(json_text("starts_at"))) }}) as incident_key,
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
        url
        {%- for name in pages %},
        {{ name }}
        {%- endfor %}
    from fields
    union all
    -- a group without alerts tells its own trouble
    select
        record_key, 0, null, channel, event, received_at, _dlt_load_id, problems, is_set_aside, null, null, null, null, null, null
        {{- ", null" * pages | length }}
    from groups
    where coalesce({{ json_size("alerts") }}, 0) = 0
)

select * from alerts
{%- endmacro %}

{#- A whole `stg_<source>__incidents` of them: one row an alert. -#}
{% macro alerts_as_incidents(tool, pages=[]) -%}
with versions as (select * from {{ ref("base_" ~ tool ~ "__alerts") }} where is_set_aside is not true and incident_key is not null),

alerts as (
    select
        incident_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest_fragment("labels") }} as labels,
        {{ latest_fragment("annotations") }} as annotations,
        {{ latest("url") }} as url,
        {%- for name in pages %}
        {{ latest(name) }} as {{ name }},
        {%- endfor %}
        min(opened_at) as opened_at,
        max(resolved_at) as resolved_at
    from versions
    group by incident_key
),

texts as (
    select incident_key, concat_ws(' ', {{ (['url'] + pages) | join(', ') }}, cast(annotations as {{ dbt.type_string() }})) as text
    from alerts
),

named as (
    {{ named_by("texts") }}
),

incidents as (
    select
        '{{ tool }}' as source,
        -- ids
        alerts.incident_key,
        'alert' as kind,
        cast(null as {{ dbt.type_string() }}) as number,
        cast(null as {{ dbt.type_string() }}) as project_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        -- text
        {{ texts_of([
            "coalesce(" ~ json_at("alerts.labels", "$.service") ~ ", " ~ json_at("alerts.labels", "$.app") ~ ", " ~ json_at("alerts.labels", "$.job") ~ ")"
        ]) }} as service_names,
        {{ texts_of([json_at("alerts.labels", "$.app"), json_at("alerts.labels", "$.job")]) }} as service_aliases,
        {{ pairs_of("alerts.labels") }} as labels,
        {{ json_at("alerts.labels", "$.severity") }} as severity_name,
        cast(null as {{ dbt.type_string() }}) as priority_name,
        case when alerts.resolved_at is null then 'open' else 'resolved' end as state,
        cast(null as {{ dbt.type_string() }}) as merged_into_key,
        coalesce(named.named_references, {{ no_texts() }}) as named_references,
        {{ no_texts() }} as cause_references,
        -- numbers
        cast(0 as bigint) as reopened_count,
        -- flags
        false as is_deleted,
        nullif(alerts.url, '') as url,
        -- timestamps
        alerts.opened_at,
        cast(null as timestamp) as acknowledged_at,
        cast(null as timestamp) as mitigated_at,
        alerts.resolved_at,
        cast(null as timestamp) as postmortem_at,
        -- people
        cast(null as {{ dbt.type_string() }}) as actor_key,
        -- lineage
        alerts.record_key,
        alerts._dlt_load_id
    from alerts
    left join named on alerts.incident_key = named.incident_key
)

select * from incidents
{%- endmacro %}

{#- A whole `stg_<source>__incident_events` of them: their starts and ends. -#}
{% macro alerts_as_events(tool) -%}
with incidents as (select * from {{ ref("stg_" ~ tool ~ "__incidents") }}),

happened as (
    select incident_key, 'opened' as kind, opened_at as occurred_at, record_key, _dlt_load_id
    from incidents
    union all
    select incident_key, 'resolved', resolved_at, record_key, _dlt_load_id
    from incidents
    where resolved_at is not null
)

select
    '{{ tool }}' as source,
    concat(incident_key, ':', kind) as event_key,
    incident_key,
    kind,
    occurred_at,
    cast(null as {{ dbt.type_string() }}) as actor_key,
    record_key,
    _dlt_load_id
from happened
{%- endmacro %}
