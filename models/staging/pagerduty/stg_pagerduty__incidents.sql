with versions as (select * from {{ ref("base_pagerduty__incidents") }} where is_set_aside is not true),

entries as (select * from {{ ref("base_pagerduty__log_entries") }} where is_set_aside is not true),

updates as (select * from {{ ref("base_pagerduty__incident_updates") }} where is_set_aside is not true),

events as (select * from {{ ref("stg_pagerduty__incident_events") }}),

incidents as (
    select
        incident_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("number") }} as number,
        {{ latest("status") }} as status,
        {{ latest("title") }} as title,
        {{ latest("url") }} as url,
        {{ latest("service_id") }} as service_id,
        {{ latest("service_name") }} as service_name,
        case when {{ latest("priority") }} is not null then {{ latest("priority_name") }} end as priority_name,
        {{ latest("urgency") }} as urgency,
        {{ latest("incident_type") }} as incident_type,
        {{ latest("merged_into") }} as merged_into,
        -- what it was opened with, and the tickets that integrations keep beside it
        {{ list_plus(
            texts_of([latest("deduplication_key"), latest("conference_url")]),
            list_plus(
                json_texts(latest_fragment("external_references"), "$[*].external_url"),
                json_texts(latest_fragment("external_references"), "$[*].external_id")
            )
        ) }} as linked,
        count(distinct reopened_at) as reopened_count,
        min(opened_at) as opened_at,
        max_by(resolved_at, version_key) filter (where resolved_at is not null) as resolved_at
    from versions
    group by incident_key
),

-- what was written on the way, and custom fields as they are now
texts as (
    select incident_key, title as text, null as note from incidents
    union all
    select incident_key, note, note from entries
    union all
    select incident_key, details, null from entries
    union all
    select incident_key, concat_ws(' ', note, conference_url, cast(custom_fields as {{ dbt.type_string() }})), note from updates
),

named as (
    {{ named_by("texts") }}
),

blamed as (
    {{ blamed_by("texts") }}
),

labelled as (
    select
        incident_key,
        {{ agg_sorted("concat(" ~ json_at("field", "$.name") ~ ", ':', " ~ json_at("field", "$.value") ~ ")") }} as labels
    from (select incident_key, {{ latest_fragment("custom_fields") }} as custom_fields from updates group by incident_key),
        {{ explode(json_list("custom_fields"), "field") }}
    group by incident_key
),

happened as (
    {{ happened_by("events") }}
)

select
    'pagerduty' as source,
    -- ids
    incidents.incident_key,
    'incident' as kind,
    incidents.number,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as repository_key,
    -- text
    {{ texts_of(["coalesce(incidents.service_name, incidents.service_id)"]) }} as service_names,
    {{ texts_of(["incidents.service_id"]) }} as service_aliases,
    {{ list_plus(
        texts_of(["'urgency:' || incidents.urgency", "'type:' || incidents.incident_type"]),
        "coalesce(labelled.labels, " ~ no_texts() ~ ")"
    ) }} as labels,
    incidents.priority_name as severity_name,
    incidents.priority_name,
    case
        when incidents.status = 'resolved' and incidents.merged_into is not null then 'merged'
        when incidents.status = 'triggered' then 'open'
        else incidents.status
    end as state,
    case when incidents.status = 'resolved' then 'pagerduty:incident:' || incidents.merged_into end as merged_into_key,
    {{ list_sorted(list_plus("incidents.linked", "coalesce(named.named_references, " ~ no_texts() ~ ")")) }}
        as named_references,
    coalesce(blamed.cause_references, {{ no_texts() }}) as cause_references,
    -- numbers
    greatest(coalesce(happened.reopened_count, 0), incidents.reopened_count) as reopened_count,
    -- flags
    false as is_deleted,
    incidents.url,
    -- timestamps
    incidents.opened_at,
    happened.acknowledged_at,
    cast(null as timestamp) as mitigated_at,
    case when incidents.status = 'resolved' then coalesce(incidents.resolved_at, happened.ended_at) end as resolved_at,
    cast(null as timestamp) as postmortem_at,
    -- people
    happened.actor_key,
    -- lineage
    incidents.record_key,
    incidents._dlt_load_id
from incidents
left join named on incidents.incident_key = named.incident_key
left join blamed on incidents.incident_key = blamed.incident_key
left join labelled on incidents.incident_key = labelled.incident_key
left join happened on incidents.incident_key = happened.incident_key
