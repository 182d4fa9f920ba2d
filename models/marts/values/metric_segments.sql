with observations as (
    select * from {{ ref('metric_known_observations') }}
),

services as (
    select * from {{ ref('dim_services') }}
),

segmented as (
    select
        'organisation' as segment_type,
        'all' as segment_key,
        observations.*
    from observations
    union all
    select
        'product_area' as segment_type,
        services.product_area as segment_key,
        observations.*
    from observations
    inner join services
        on observations.service_key = services.service_key
    where services.product_area is not null
    union all
    -- the owner at the time: a later reorganisation does not move it
    select
        'team' as segment_type,
        team_key as segment_key,
        observations.*
    from observations
    where team_key is not null
    union all
    select
        'service' as segment_type,
        service_key as segment_key,
        observations.*
    from observations
    where service_key is not null
),

-- an event of two services counts once in a segment that has both: what was measured goes first, then the earliest
ranked as (
    select
        *,
        -- a rate is as bad as the worst of its services
        case
            when direction = 'higher_is_better' then min(numerator) over of_event
            else max(numerator) over of_event
        end as worst_numerator,
        row_number() over (
            partition by metric_key, segment_type, segment_key, event_key
            order by value is null, is_joined desc, observed_at asc nulls last, observation_key asc
        ) as event_rank
    from segmented
    window of_event as (
        partition by metric_key, segment_type, segment_key, event_key
    )
),

final as (
    select
        -- keys
        metric_key,
        segment_type,
        segment_key,
        event_key,
        measure,
        -- timestamps
        started_at,
        observed_at,
        -- numbers
        case when measure = 'rate' then worst_numerator / nullif(denominator, 0) else value end as value,
        case when measure = 'rate' then worst_numerator else numerator end as numerator,
        denominator,
        is_joined
    from ranked
    where event_rank = 1
)

select * from final
