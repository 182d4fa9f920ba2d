with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'cost'
        and not is_set_aside
),

costs as (
    select
        'generic' as source,
        concat('generic:cost:', id) as cost_key,
        {{ latest("kind") }} as kind,
        {{ latest("service") }} as service_name,
        {{ latest("team") }} as team_name,
        try_cast({{ latest("amount") }} as double) as amount,
        upper({{ latest("currency") }}) as currency,
        try_cast({{ latest("quantity") }} as bigint) as count,
        {{ ts_utc(latest("starts_at")) }} as starts_at,
        {{ ts_utc(latest("ends_at")) }} as ends_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from costs
