with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'slo'
        and not is_set_aside
),

slos as (
    select
        'generic' as source,
        concat('generic:slo:', id) as slo_key,
        {{ latest("service") }} as service_name,
        {{ latest("name") }} as name,
        try_cast({{ latest("objective") }} as double) as objective,
        {{ latest("window_kind") }} as window_kind,
        try_cast({{ latest("window_days") }} as double) as window_days,
        {{ latest("calendar_unit") }} as calendar_unit,
        coalesce({{ latest("budgeting_method") }}, 'Occurrences') as budgeting_method,
        {{ ts_utc(latest("starts_at")) }} as starts_at,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        {{ latest("url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from slos
