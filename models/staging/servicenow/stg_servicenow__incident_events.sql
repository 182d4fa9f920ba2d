with versions as (select * from {{ ref("base_servicenow__incidents") }} where is_set_aside is not true),

audits as (select * from {{ ref("base_servicenow__audits") }} where is_set_aside is not true),

-- how the incident stood at a time, whoever tells it: the audit does, and each version of itself
observed as (
    select
        incident_key, told_at as occurred_at, standing, cast(null as {{ dbt.type_string() }}) as severity_name, user_name as actor,
        0 as rank, record_key, _dlt_load_id
    from audits
    union all
    select incident_key, updated_at, standing, severity_name, null, 1, record_key, _dlt_load_id
    from versions
),

-- a change is told by whoever told it first; what tells nothing new tells no event
changes as (
    select
        *,
        lag(standing) over each_incident as standing_before,
        lag(severity_name) over (partition by incident_key, rank order by occurred_at, record_key) as severity_before
    from observed
    window each_incident as (partition by incident_key order by occurred_at, rank, record_key)
),

opened as (
    select
        incident_key,
        min(opened_at) as occurred_at,
        {{ latest("opened_by") }} as actor,
        min_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by incident_key
),

told as (
    select incident_key, 'opened' as kind, occurred_at, actor, record_key, _dlt_load_id from opened
    union all
    select
        incident_key,
        case
            when standing = 'resolved' then 'resolved'
            when standing_before = 'resolved' then 'reopened'
            else 'acknowledged'
        end,
        occurred_at, actor, record_key, _dlt_load_id
    from changes
    where standing <> standing_before and not (standing = 'open' and standing_before = 'acknowledged')
    union all
    select incident_key, 'severity_changed', occurred_at, actor, record_key, _dlt_load_id
    from changes
    where severity_name <> severity_before
),

incident_events as (
    select
        'servicenow' as source,
        concat(incident_key, ':', kind, ':', {{ iso_utc("occurred_at") }}) as event_key,
        incident_key,
        kind,
        occurred_at,
        {{ actor_key("nullif(actor, '')") }} as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from told
    qualify row_number() over (partition by incident_key, kind, occurred_at order by record_key) = 1
)

select * from incident_events
