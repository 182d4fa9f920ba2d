with rates as (
    select * from {{ ref('deployment_frequency_rates') }}
),

segmented as (
    select
        'organisation' as spread_type,
        'all' as spread_key,
        rates.*
    from rates
    union all
    select
        'product_area' as spread_type,
        product_area as spread_key,
        rates.*
    from rates
    where product_area is not null
    union all
    select
        'team' as spread_type,
        team_key as spread_key,
        rates.*
    from rates
    where team_key is not null
    union all
    select
        'service' as spread_type,
        segment_key as spread_key,
        rates.*
    from rates
    where segment_type = 'service'
),

final as (
    select
        -- keys
        grain,
        period_start,
        spread_type as segment_type,
        spread_key as segment_key,
        is_provisional,
        -- between the services of the segment
        {{ spread_of('service') }},
        -- between the teams of the organisation
        {{ spread_of('team') }}
    from segmented
    group by grain, period_start, spread_type, spread_key, is_provisional
)

select * from final
