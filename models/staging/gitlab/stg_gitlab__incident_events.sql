with incidents as (select * from {{ ref("stg_gitlab__incidents") }}),

transitions as (select * from {{ ref("stg_gitlab__work_item_transitions") }}),

events as (
    select
        transitions.transition_key as event_key,
        transitions.work_item_key as incident_key,
        case transitions.kind when 'created' then 'opened' when 'closed' then 'resolved' else 'reopened' end as kind,
        transitions.occurred_at,
        transitions.actor_key,
        transitions.record_key,
        transitions._dlt_load_id
    from transitions
    inner join incidents on transitions.work_item_key = incidents.incident_key
    where transitions.kind in ('created', 'closed', 'reopened')
    union all
    select
        concat(incident_key, ':acknowledged'), incident_key, 'acknowledged', acknowledged_at, null, record_key, _dlt_load_id
    from incidents
    where acknowledged_at is not null
),

incident_events as (
    select
        'gitlab' as source,
        event_key,
        incident_key,
        kind,
        occurred_at,
        actor_key,
        record_key,
        _dlt_load_id
    from events
)

select * from incident_events
