{#- what is done to an alert → ours -#}
{% set kinds = {
    "Acknowledge": "acknowledged", "Close": "resolved", "Escalate": "escalated", "EscalateNext": "escalated",
    "UpdatePriority": "severity_changed",
} %}

with alerts as (select * from {{ ref("base_opsgenie__alerts") }} where is_set_aside is not true),

entries as (select * from {{ ref("base_opsgenie__incident_timelines") }} where is_set_aside is not true and kind is not null),

ended as (select distinct incident_key from entries where kind = 'resolved'),

opened as (
    select
        incident_key, 'opened' as kind, min(opened_at) as occurred_at, cast(null as {{ dbt.type_string() }}) as actor,
        min_by(record_key, version_key) as record_key, max(_dlt_load_id) as _dlt_load_id
    from alerts
    group by incident_key
),

done as (
    select
        incident_key,
        case action
            {%- for action, kind in kinds.items() %}
            when '{{ action }}' then '{{ kind }}'
            {%- endfor %}
        end as kind,
        told_at as occurred_at, {{ json_text("username") }} as actor, record_key, _dlt_load_id
    from alerts
    where action in ('{{ kinds.keys() | join("', '") }}')
),

-- what the API's report says of an alert, where no webhook did
reported as (
    select incident_key, 'acknowledged' as kind, acknowledged_at as occurred_at, acknowledged_by as actor, record_key, _dlt_load_id
    from alerts
    where acknowledged_at is not null
    union all
    select incident_key, 'resolved', closed_at, closed_by, record_key, _dlt_load_id
    from alerts
    where closed_at is not null and state = 'resolved'
),

told as (
    select *, concat(incident_key, ':', kind) as event_key from opened
    union all
    select *, concat('opsgenie:event:', record_key) from done
    union all
    select *, concat(incident_key, ':', kind)
    from reported
    where concat(incident_key, kind) not in (select concat(incident_key, kind) from done)
    union all
    select incident_key, case when kind = 'closed' then 'resolved' else kind end, told_at, actor, record_key, _dlt_load_id, event_key
    from entries
    -- what is resolved is closed later
    where kind <> 'closed' or incident_key not in (select incident_key from ended)
),

-- the report stands in every version of an alert
once as (
    select *
    from told
    qualify row_number() over (partition by event_key order by occurred_at, record_key) = 1
)

select
    'opsgenie' as source,
    event_key,
    incident_key,
    kind,
    occurred_at,
    {{ actor_key("actor") }} as actor_key,
    -- lineage
    record_key,
    _dlt_load_id
from once
