with incidents as (select * from {{ ref("stg_grafana__incidents") }}),

happened as (
    select incident_key, 'opened' as kind, opened_at as occurred_at, record_key, _dlt_load_id
    from incidents
    union all
    select incident_key, 'resolved', resolved_at, record_key, _dlt_load_id
    from incidents
    where resolved_at is not null
)

select
    'grafana' as source,
    concat(incident_key, ':', kind) as event_key,
    incident_key,
    kind,
    occurred_at,
    cast(null as {{ dbt.type_string() }}) as actor_key,
    record_key,
    _dlt_load_id
from happened
