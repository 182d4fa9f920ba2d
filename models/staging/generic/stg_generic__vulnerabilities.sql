with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'vulnerability'
        and not is_set_aside
),

vulnerabilities as (
    select
        'generic' as source,
        concat('generic:vulnerability:', id) as vulnerability_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        {{ latest("service") }} as service_name,
        {{ latest("severity") }} as severity_name,
        {{ latest("state") }} as state,
        {{ ts_utc(latest("opened_at")) }} as opened_at,
        {{ ts_utc(latest("fixed_at")) }} as fixed_at,
        {{ ts_utc(latest("dismissed_at")) }} as dismissed_at,
        {{ latest("url") }} as url,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from vulnerabilities
