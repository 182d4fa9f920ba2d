with versions as (select * from {{ ref("base_datadog__incidents") }} where is_set_aside is not true),

alerts as (
    select *
    from {{ ref("base_datadog__alerts") }}
    where is_set_aside is not true
),

incidents as (
    select
        incident_key,
        'incident' as kind,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("number") }} as number,
        {{ json_texts(latest_fragment("services"), "$[*]") }} as service_names,
        {{ list_plus(
            json_texts(latest_fragment("teams"), "$[*]"),
            texts_of(["'detection_method:' || " ~ latest("detection_method")])
        ) }} as labels,
        nullif({{ latest("severity") }}, 'UNKNOWN') as severity_name,
        case {{ latest("state") }} when 'active' then 'open' when 'stable' then 'mitigated' else 'resolved' end as state,
        concat_ws(' ', {{ latest("title") }}, {{ latest("summary") }}, {{ latest("root_cause") }}) as text,
        {{ latest("root_cause") }} as root_cause,
        max_by(event, version_key) = 'incidents.gone'
        or coalesce({{ latest("is_test") }} = 'true', false) or {{ latest("archived") }} is not null as is_deleted,
        cast(null as {{ dbt.type_string() }}) as url,
        {{ ts_utc("coalesce(" ~ latest("detected") ~ ", " ~ latest("created") ~ ")") }} as opened_at,
        {{ ts_utc(latest("declared")) }} as acknowledged_at,
        {{ ts_utc(latest("impact_ended")) }} as mitigated_at,
        -- some are resolved without a time: when they were first seen so
        coalesce(
            {{ ts_utc(latest("resolved")) }}, min(modified_at) filter (where {{ json_text("state") }} not in ('active', 'stable'))
        ) as resolved_at,
        {{ latest("creator") }} as creator
    from versions
    group by incident_key
    union all
    -- a monitor's alert, from its trigger to its recovery
    select
        incident_key,
        'alert',
        max_by(record_key, version_key),
        max(_dlt_load_id),
        null,
        coalesce({{ agg_sorted("service_name") }}, {{ no_texts() }}),
        max_by(tags, version_key),
        min(priority_name),
        case when max_by(is_recovered, version_key) then 'resolved' else 'open' end,
        max_by(url, version_key),
        null,
        false,
        max_by(url, version_key),
        min(told_at),
        null,
        null,
        case when max_by(is_recovered, version_key) then max(told_at) filter (where is_recovered) end,
        null
    from alerts
    group by incident_key
),

named as (
    {{ named_by("incidents") }}
)

select
    'datadog' as source,
    -- ids
    incidents.incident_key,
    incidents.kind,
    incidents.number,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as repository_key,
    -- text
    incidents.service_names,
    {{ no_texts() }} as service_aliases,
    incidents.labels,
    incidents.severity_name,
    cast(null as {{ dbt.type_string() }}) as priority_name,
    incidents.state,
    cast(null as {{ dbt.type_string() }}) as merged_into_key,
    coalesce(named.named_references, {{ no_texts() }}) as named_references,
    {{ references_in("incidents.root_cause") }} as cause_references,
    -- numbers
    cast(0 as bigint) as reopened_count,
    -- flags
    incidents.is_deleted,
    incidents.url,
    -- timestamps
    incidents.opened_at,
    incidents.acknowledged_at,
    incidents.mitigated_at,
    case when incidents.state = 'resolved' then incidents.resolved_at end as resolved_at,
    cast(null as timestamp) as postmortem_at,
    -- people
    {{ actor_key("incidents.creator") }} as actor_key,
    -- lineage
    incidents.record_key,
    incidents._dlt_load_id
from incidents
left join named on incidents.incident_key = named.incident_key
where incidents.opened_at is not null
