{#- PagerDuty's word in a webhook's event and in a log entry's type → ours -#}
{% set kinds = {
    "triggered": "opened", "trigger": "opened", "acknowledged": "acknowledged", "acknowledge": "acknowledged",
    "escalated": "escalated", "escalate": "escalated", "notify": "notified", "resolved": "resolved", "resolve": "resolved",
    "reopened": "reopened", "reopen": "reopened", "priority_updated": "severity_changed", "priority_change": "severity_changed",
} %}

with versions as (select * from {{ ref("base_pagerduty__incidents") }} where is_set_aside is not true),

entries as (select * from {{ ref("base_pagerduty__log_entries") }} where is_set_aside is not true),

-- into what an incident was merged
merged as (
    select incident_key, {{ latest("merged_into") }} as merged_into
    from versions
    group by incident_key
),

told as (
    select
        concat('pagerduty:event:', record_key) as event_key, incident_key, told as word, told_at as occurred_at, told_by as actor, channel,
        record_key, _dlt_load_id
    from versions
    where told is not null
    union all
    select event_key, incident_key, type, occurred_at, actor, channel, record_key, _dlt_load_id
    from entries
),

named as (
    select
        told.*,
        case
            {%- for word, kind in kinds.items() %}
            when word = '{{ word }}'
                then {{ "case when merged.merged_into is null then 'resolved' else 'merged' end" if kind == "resolved" else "'" ~ kind ~ "'" }}
            {%- endfor %}
        end as kind
    from told
    left join merged on told.incident_key = merged.incident_key
    qualify row_number() over (partition by event_key order by record_key) = 1
        -- each further alert of an incident is an entry that it was triggered
        and (kind <> 'opened' or row_number() over (partition by told.incident_key, kind, channel order by occurred_at, event_key) = 1)
),

-- a webhook and a log entry tell of the same moment, one in milliseconds and one in seconds: the log entry stays
ordered as (
    select
        *,
        max(case when channel = 'api' then occurred_at end) over (
            partition by incident_key, kind order by occurred_at rows between unbounded preceding and current row
        ) as entry_before,
        min(case when channel = 'api' then occurred_at end) over (
            partition by incident_key, kind order by occurred_at rows between current row and unbounded following
        ) as entry_after
    from named
    where kind is not null
),

incident_events as (
    select
        'pagerduty' as source,
        event_key,
        incident_key,
        kind,
        occurred_at,
        {{ actor_key("actor") }} as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from ordered
    where channel = 'api' or (
        coalesce({{ seconds_between("entry_before", "occurred_at") }}, 5) >= 5
        and coalesce({{ seconds_between("occurred_at", "entry_after") }}, 5) >= 5
    )
)

select * from incident_events
