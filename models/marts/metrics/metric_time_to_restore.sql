with incidents as (
    select * from {{ ref('fct_incidents') }}
),

counted_incidents as (
    select *
    from incidents
    where counts_for_restore
        and opened_at is not null
),

timed as (
    select
        *,
        {{ duration_value('opened_at', 'restored_at') }} as seconds_to_restore
    from counted_incidents
),

observations as (
    select
        -- keys
        'time_to_restore' as metric_key,
        incident_service_key as observation_key,
        incident_key as event_key,
        -- timestamps
        opened_at as started_at,
        restored_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        seconds_to_restore as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        -- lineage: an incident of no known service counts in the organisation alone
        service_key is not null and (restored_at is null or seconds_to_restore is not null) as is_joined,
        record_keys
    from timed
)

select * from observations
