with channels as (select * from {{ ref("base_slack__channels") }} where is_set_aside is not true),

facts as (select * from {{ ref("stg_slack__facts") }} where fact_kind like 'incident!_%' escape '!'),

events as (select * from {{ ref("stg_slack__incident_events") }}),

happened as (
    {{ happened_by("events") }}
),

-- an incident is what was opened
began as (
    select
        incident_key,
        min(occurred_at) filter (where kind = 'opened') as opened_at,
        max_by(kind, (occurred_at, kind)) filter (where kind in ('opened', 'resolved', 'reopened')) as last_kind,
        max(occurred_at) filter (where kind in ('opened', 'resolved', 'reopened')) as last_at
    from events
    group by incident_key
),

-- the API says that a channel is archived, not since when
archived as (
    select
        channel_key as incident_key,
        max_by(is_archived, version_key) filter (where channel = 'api') as is_archived,
        max(told_at) filter (where channel = 'api') as seen_at,
        max_by(channel_id, version_key) as channel_id
    from channels
    group by channel_key
),

told as (
    select channel_key as incident_key, version_key, service, number, severity, url, record_key, _dlt_load_id
    from channels
    where fact_kind is not null
    union all
    select incident_key, concat({{ iso_utc("told_at") }}, '|', message_key), service, number, severity, url, record_key, _dlt_load_id
    from facts
),

described as (
    select
        incident_key,
        {{ agg_sorted("service") }} as service_names,
        min_by(number, version_key) filter (where number is not null) as number,
        max_by(severity, version_key) filter (where severity is not null) as severity_name,
        {{ agg_sorted("url") }} as named_references,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from told
    group by incident_key
),

standing as (
    select
        began.incident_key,
        began.opened_at,
        archived.channel_id,
        began.last_kind = 'resolved' as is_over,
        began.last_kind = 'resolved' or coalesce(archived.is_archived and archived.seen_at >= began.last_at, false) as is_resolved
    from began
    left join archived on began.incident_key = archived.incident_key
)

select
    'slack' as source,
    -- ids
    standing.incident_key,
    'incident' as kind,
    described.number,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as repository_key,
    -- text
    coalesce(described.service_names, {{ no_texts() }}) as service_names,
    {{ no_texts() }} as service_aliases,
    {{ no_texts() }} as labels,
    described.severity_name,
    cast(null as {{ dbt.type_string() }}) as priority_name,
    case
        when standing.is_resolved then 'resolved'
        when happened.mitigated_at is not null then 'mitigated'
        when happened.acknowledged_at is not null then 'acknowledged'
        else 'open'
    end as state,
    cast(null as {{ dbt.type_string() }}) as merged_into_key,
    coalesce(described.named_references, {{ no_texts() }}) as named_references,
    {{ no_texts() }} as cause_references,
    -- numbers
    coalesce(happened.reopened_count, 0) as reopened_count,
    -- flags
    false as is_deleted,
    'https://slack.com/app_redirect?channel=' || standing.channel_id as url,
    -- timestamps
    standing.opened_at,
    happened.acknowledged_at,
    happened.mitigated_at,
    case when standing.is_over then happened.ended_at end as resolved_at,
    cast(null as timestamp) as postmortem_at,
    -- people
    happened.actor_key,
    -- lineage
    described.record_key,
    described._dlt_load_id
from standing
inner join described on standing.incident_key = described.incident_key
left join happened on standing.incident_key = happened.incident_key
where standing.opened_at is not null
