with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'measurement'
        and not is_set_aside
),

measurements as (
    select
        'generic' as source,
        concat('generic:measurement:', id) as measurement_key,
        {{ latest("name") }} as name,
        {{ latest("service") }} as service_name,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        {{ latest("team") }} as team_name,
        {{ ts_utc(latest("measured_at")) }} as measured_at,
        try_cast({{ latest("value") }} as double) as value,
        {{ latest("unit") }} as unit,
        try_cast({{ latest("numerator") }} as double) as numerator,
        try_cast({{ latest("denominator") }} as double) as denominator,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from measurements
