with versions as (select * from {{ ref("base_incident_io__incidents") }} where is_set_aside is not true),

updates as (select * from {{ ref("base_incident_io__incident_updates") }} where is_set_aside is not true),

postmortems as (
    select *
    from {{ ref("base_incident_io__postmortems") }}
    where is_set_aside is not true and is_complete and told_at is not null
    qualify row_number() over (partition by postmortem_key order by told_at, record_key) = 1
),

-- how the incident stood at a time, whoever tells it: its updates do, and each version of itself
observed as (
    select
        incident_key, told_at as occurred_at, category, lower(status_name) as status_name, severity_name, updater as actor, 0 as rank,
        record_key, _dlt_load_id
    from updates
    union all
    select
        incident_key, updated_at, category, lower({{ json_text("status_name") }}), severity_name, null, 1,
        record_key, _dlt_load_id
    from versions
),

-- a change is told by whoever told it first; what tells nothing new tells no event
changes as (
    select
        *,
        lag(category) over each_incident as category_before,
        lag(status_name) over each_incident as status_before,
        lag(severity_name) over each_incident as severity_before,
        row_number() over (partition by incident_key, occurred_at order by rank, record_key) as place
    from observed
    window each_incident as (partition by incident_key order by occurred_at, rank, record_key)
),

named as (
    select
        *,
        case
            when category = 'merged' then 'merged'
            when category in ('learning', 'closed') and category_before in ('triage', 'live', 'paused') then 'resolved'
            when category in ('triage', 'live', 'paused') and category_before in ('learning', 'closed') then 'reopened'
            when category in ('live', 'paused') and category_before = 'triage' then 'acknowledged'
        end as kind
    from changes
    where category <> category_before
    union all
    select *, 'mitigated'
    from changes
    where status_name <> status_before and category = 'live'
        and {{ re_find("status_name", "fixed|monitor|mitigat") }} and not {{ re_find("status_before", "fixed|monitor|mitigat") }}
    union all
    select *, 'severity_changed'
    from changes
    where severity_name <> severity_before
),

opened as (
    select
        incident_key,
        min(created_at) as occurred_at,
        min_by(creator, version_key) filter (where creator is not null) as actor,
        min_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by incident_key
),

told as (
    select incident_key, 'opened' as kind, occurred_at, actor, 1 as place, record_key, _dlt_load_id from opened
    union all
    select incident_key, kind, occurred_at, actor, place, record_key, _dlt_load_id from named where kind is not null
    union all
    select incident_key, 'postmortem_published', told_at, null, 1, record_key, _dlt_load_id from postmortems
),

incident_events as (
    select
        'incident_io' as source,
        concat(incident_key, ':', kind, ':', {{ iso_utc("occurred_at") }}, ':', place) as event_key,
        incident_key,
        kind,
        occurred_at,
        {{ actor_key("actor") }} as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from told
)

select * from incident_events
