{% set is_service = "service|component|application|system" %}
{% set value = "coalesce(option_value, entry_name, text_value, number_value, link)" %}

with versions as (select * from {{ ref("base_incident_io__incidents") }} where is_set_aside is not true),

incidents as (
    select
        incident_key,
        {{ latest_fragment("custom_fields") }} as custom_fields,
        {{ latest_fragment("stamps") }} as stamps,
        max_by(record_key, version_key) as record_key
    from versions
    group by incident_key
),

-- the lifecycle as people corrected it, by the names that incident.io begins with
stamps as (
    select
        incident_key,
        lower({{ json_at("stamp", "$.incident_timestamp.name") }}) as name,
        {{ ts_utc(json_at("stamp", "$.value.value")) }} as stamped_at
    from incidents, {{ explode(json_list("stamps"), "stamp") }}
),

stamped as (
    select
        incident_key,
        min(stamped_at) filter (where {{ re_find("name", "^reported") }}) as reported_at,
        min(stamped_at) filter (where {{ re_find("name", "^accepted") }}) as accepted_at,
        min(stamped_at) filter (where {{ re_find("name", "^(fixed|mitigated|impact ended)") }}) as fixed_at,
        max(stamped_at) filter (where {{ re_find("name", "^resolved") }}) as resolved_at,
        max(stamped_at) filter (where {{ re_find("name", "^closed") }}) as closed_at
    from stamps
    group by incident_key
),

-- one row a value of a custom field
custom as (
    select
        incident_key,
        {{ json_at("field", "$.custom_field.name") }} as name,
        {{ json_at("value", "$.value_option.value") }} as option_value,
        {{ json_at("value", "$.value_catalog_entry.name") }} as entry_name,
        {{ json_at("value", "$.value_catalog_entry.external_id") }} as entry_id,
        {{ json_at("value", "$.value_text") }} as text_value,
        {{ json_at("value", "$.value_numeric") }} as number_value,
        {{ json_at("value", "$.value_link") }} as link
    from (
        select incident_key, field
        from incidents, {{ explode(json_list("custom_fields"), "field") }}
    ), {{ explode(json_list("field", "$.values"), "value") }}
),

labelled as (
    select
        incident_key,
        {{ agg_sorted("name || ':' || " ~ value) }} as labels,
        {{ agg_sorted("link") }} as links
    from custom
    group by incident_key
),

hit as (
    select
        incident_key,
        {{ agg_sorted("coalesce(option_value, entry_name, entry_id, text_value)") }} as service_names,
        {{ agg_sorted("entry_id") }} as service_aliases
    from custom
    where {{ re_find("lower(name)", is_service) }}
    group by incident_key
)

select
    incidents.incident_key,
    stamped.reported_at,
    stamped.accepted_at,
    stamped.fixed_at,
    stamped.resolved_at,
    stamped.closed_at,
    coalesce(labelled.labels, {{ no_texts() }}) as labels,
    coalesce(labelled.links, {{ no_texts() }}) as links,
    coalesce(hit.service_names, {{ no_texts() }}) as service_names,
    coalesce(hit.service_aliases, {{ no_texts() }}) as service_aliases,
    incidents.record_key
from incidents
left join stamped on incidents.incident_key = stamped.incident_key
left join labelled on incidents.incident_key = labelled.incident_key
left join hit on incidents.incident_key = hit.incident_key
