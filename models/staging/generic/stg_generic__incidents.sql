with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'incident'
        and not is_set_aside
),

incidents as (
    select
        'generic' as source,
        concat('generic:incident:', id) as incident_key,
        'incident' as kind,
        {{ latest("number") }} as number,
        'generic:' || lower({{ latest("project") }}) as project_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        {{ json_texts(latest_fragment("services"), "$[*]") }} as service_names,
        {{ no_texts() }} as service_aliases,
        {{ json_texts(latest_fragment("labels"), "$[*]") }} as labels,
        {{ latest("severity") }} as severity_name,
        {{ latest("priority") }} as priority_name,
        {{ latest("state") }} as state,
        'generic:incident:' || {{ latest("merged_into") }} as merged_into_key,
        {{ json_texts(latest_fragment("mentions"), "$[*]") }} as named_references,
        {{ json_texts(latest_fragment("causes"), "$[*]") }} as cause_references,
        coalesce(try_cast({{ latest("reopened_count") }} as bigint), 0) as reopened_count,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        {{ latest("url") }} as url,
        {{ ts_utc(latest("opened_at")) }} as opened_at,
        {{ ts_utc(latest("acknowledged_at")) }} as acknowledged_at,
        {{ ts_utc(latest("mitigated_at")) }} as mitigated_at,
        {{ ts_utc(latest("resolved_at")) }} as resolved_at,
        {{ ts_utc(latest("postmortem_at")) }} as postmortem_at,
        {{ actor_key(latest("reporter")) }} as actor_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from incidents
