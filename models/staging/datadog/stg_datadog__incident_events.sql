with incidents as (select * from {{ ref("stg_datadog__incidents") }}),

happened as (
    {%- for kind, moment in [("opened", "opened_at"), ("acknowledged", "acknowledged_at"), ("mitigated", "mitigated_at"), ("resolved", "resolved_at")] %}
    select
        incident_key, '{{ kind }}' as kind, {{ moment }} as occurred_at, {{ "actor_key" if kind == "opened" else "null" }} as actor_key,
        record_key, _dlt_load_id
    from incidents
    where {{ moment }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    'datadog' as source,
    concat(incident_key, ':', kind) as event_key,
    incident_key,
    kind,
    occurred_at,
    actor_key,
    record_key,
    _dlt_load_id
from happened
