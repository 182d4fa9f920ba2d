with versions as (select * from {{ ref("base_incident_io__incidents") }} where is_set_aside is not true),

updates as (select * from {{ ref("base_incident_io__incident_updates") }} where is_set_aside is not true),

events as (select * from {{ ref("stg_incident_io__incident_events") }}),

fields as (select * from {{ ref("stg_incident_io__incident_fields") }}),

postmortems as (select * from {{ ref("base_incident_io__postmortems") }} where is_set_aside is not true and url is not null),

incidents as (
    select
        incident_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("reference") }} as number,
        coalesce({{ latest("mode") }}, 'standard') as mode,
        {{ latest("url") }} as url,
        max_by(category, version_key) as category,
        max_by(severity_name, version_key) as severity_name,
        {{ latest("status_name") }} as status_name,
        {{ latest("type_name") }} as type_name,
        {{ list_plus(
            texts_of([latest("issue_name"), latest("issue_url"), latest("postmortem_url"), latest("channel_url"), latest("call_url")]),
            json_texts(latest_fragment("related"), "$[*]")
        ) }} as linked,
        concat_ws(' ', {{ latest("name") }}, {{ latest("summary") }}) as text,
        {{ latest("summary") }} as summary,
        min(created_at) as created_at
    from versions
    group by incident_key
),

texts as (
    select incident_key, text, summary as note from incidents
    union all
    select incident_key, message, message from updates
    union all
    select incident_key, url, null from postmortems
),

named as (
    {{ named_by("texts") }}
),

blamed as (
    {{ blamed_by("texts") }}
),

merged as (
    select incident_key, max_by(merged_into_key, (told_at, record_key)) as merged_into_key
    from updates
    where merged_into_key is not null
    group by incident_key
),

happened as (
    {{ happened_by("events") }}
),

standing as (
    select
        incidents.incident_key,
        case
            when incidents.category = 'triage' then 'open'
            when incidents.category = 'merged' then 'merged'
            when incidents.category not in ('live', 'paused') then 'resolved'
            when fields.fixed_at is null and happened.mitigated_at is null then 'acknowledged'
            else 'mitigated'
        end as state
    from incidents
    left join fields on incidents.incident_key = fields.incident_key
    left join happened on incidents.incident_key = happened.incident_key
)

select
    'incident_io' as source,
    -- ids
    incidents.incident_key,
    'incident' as kind,
    incidents.number,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as repository_key,
    -- text
    fields.service_names,
    fields.service_aliases,
    {{ list_plus(texts_of(["'type:' || incidents.type_name", "'status:' || incidents.status_name"]), "fields.labels") }} as labels,
    incidents.severity_name,
    cast(null as {{ dbt.type_string() }}) as priority_name,
    standing.state,
    case when standing.state = 'merged' then merged.merged_into_key end as merged_into_key,
    {{ list_sorted(list_plus(list_plus("incidents.linked", "fields.links"), "coalesce(named.named_references, " ~ no_texts() ~ ")")) }}
        as named_references,
    coalesce(blamed.cause_references, {{ no_texts() }}) as cause_references,
    -- numbers
    coalesce(happened.reopened_count, 0) as reopened_count,
    -- flags: what was declined or only tried was none
    incidents.mode not in ('standard', 'retrospective') or incidents.category in ('declined', 'canceled') as is_deleted,
    incidents.url,
    -- timestamps: as people corrected them, else as it was told
    coalesce(fields.reported_at, incidents.created_at) as opened_at,
    coalesce(fields.accepted_at, happened.acknowledged_at) as acknowledged_at,
    coalesce(fields.fixed_at, happened.mitigated_at) as mitigated_at,
    case when standing.state in ('resolved', 'merged') then coalesce(fields.resolved_at, happened.ended_at, fields.closed_at) end as resolved_at,
    happened.postmortem_at,
    happened.actor_key,
    -- lineage
    incidents.record_key,
    incidents._dlt_load_id
from incidents
inner join standing on incidents.incident_key = standing.incident_key
left join fields on incidents.incident_key = fields.incident_key
left join named on incidents.incident_key = named.incident_key
left join blamed on incidents.incident_key = blamed.incident_key
left join merged on incidents.incident_key = merged.incident_key
left join happened on incidents.incident_key = happened.incident_key
