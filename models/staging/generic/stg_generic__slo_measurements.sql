with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'slo_measurement'
        and not is_set_aside
),

slo_measurements as (
    select
        'generic' as source,
        concat('generic:slo_measurement:', id) as measurement_key,
        'generic:slo:' || {{ latest("slo") }} as slo_key,
        {{ ts_utc(latest("started_at")) }} as started_at,
        {{ ts_utc(latest("ended_at")) }} as ended_at,
        try_cast({{ latest("good") }} as double) as good_count,
        try_cast({{ latest("total") }} as double) as total_count,
        try_cast({{ latest("ratio") }} as double) as ratio,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from slo_measurements
