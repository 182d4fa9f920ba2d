with channels as (select * from {{ ref("base_slack__channels") }} where is_set_aside is not true),

messages as (select * from {{ ref("base_slack__messages") }} where is_set_aside is not true),

facts as (select * from {{ ref("stg_slack__facts") }} where fact_kind like 'incident!_%' escape '!'),

incident_channels as (
    select
        channel_key as incident_key,
        min(created_at) as created_at,
        max_by(creator, version_key) filter (where creator is not null) as creator,
        min_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from channels
    group by channel_key
    having bool_or(fact_kind is not null)
),

-- an incident begins once; that it was opened again after its end is another matter
opened as (
    select incident_key, created_at as occurred_at, creator as actor, record_key, _dlt_load_id from incident_channels
    union all
    select incident_key, told_at, author, record_key, _dlt_load_id
    from facts
    where fact_kind = 'incident_opened' and incident_key not in (select known.incident_key from incident_channels as known)
    qualify row_number() over (partition by incident_key order by told_at, record_key) = 1
),

-- whoever says that it is over or goes on: a message by a rule, the channel's end by itself or by Slack's own message in it
told as (
    select incident_key, told_at as occurred_at, fact_kind = 'incident_resolved' as is_over, author as actor, record_key, _dlt_load_id
    from facts
    where fact_kind in ('incident_resolved', 'incident_opened')
    union all
    select channel_key, told_at, is_archived, null, record_key, _dlt_load_id
    from channels
    where channel <> 'api' and is_archived is not null
    union all
    select channel_key, posted_at, subtype like '%!_archive' escape '!', null, record_key, _dlt_load_id
    from messages
    where subtype in ('channel_archive', 'channel_unarchive', 'group_archive', 'group_unarchive')
),

changes as (
    select
        told.*,
        coalesce(lag(told.is_over) over (partition by told.incident_key order by told.occurred_at, told.is_over, told.record_key), false) as was_over
    from told
    inner join opened on told.incident_key = opened.incident_key
    where told.occurred_at >= opened.occurred_at
),

happened as (
    select incident_key, 'opened' as kind, occurred_at, actor, record_key, _dlt_load_id from opened
    union all
    select incident_key, case when is_over then 'resolved' else 'reopened' end, occurred_at, actor, record_key, _dlt_load_id
    from changes
    where is_over <> was_over
    union all
    select facts.incident_key, {{ re_replace("facts.fact_kind", "^incident_", "") }}, facts.told_at, facts.author, facts.record_key, facts._dlt_load_id
    from facts
    inner join opened on facts.incident_key = opened.incident_key
    where facts.fact_kind in ('incident_acknowledged', 'incident_mitigated')
)

select
    'slack' as source,
    concat(incident_key, ':', kind, ':', {{ iso_utc("occurred_at") }}) as event_key,
    incident_key,
    kind,
    occurred_at,
    {{ actor_key("actor") }} as actor_key,
    record_key,
    _dlt_load_id
from happened
qualify row_number() over (partition by incident_key, kind, occurred_at order by record_key) = 1
