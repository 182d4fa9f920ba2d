with

metric_observations as (

    select * from {{ ref('metric_observations') }}

),

metrics as (

    select * from {{ ref('dim_metrics') }}

),

services as (

    select * from {{ ref('dim_services') }}

),

segmented as (

    select
        'organisation' as segment_type,
        'all' as segment_key,
        metric_observations.*
    from metric_observations

    union all

    select
        'product_area' as segment_type,
        services.product_area as segment_key,
        metric_observations.*
    from metric_observations
    inner join services
        on metric_observations.service_key = services.service_key
    where services.product_area is not null

    union all

    -- the owner at the time: a later reorganisation does not move it
    select
        'team' as segment_type,
        team_key as segment_key,
        metric_observations.*
    from metric_observations
    where team_key is not null

    union all

    select
        'service' as segment_type,
        service_key as segment_key,
        metric_observations.*
    from metric_observations
    where service_key is not null

),

-- an event of two services counts once in a segment that has both: what was measured goes first, then the earliest
ranked as (

    select
        segmented.*,
        metrics.measure,
        case
            -- as bad as the worst of its services
            when metrics.direction = 'higher_is_better' then min(segmented.numerator) over of_event
            else max(segmented.numerator) over of_event
        end as worst_numerator,
        row_number() over (
            partition by segmented.metric_key, segmented.segment_type, segmented.segment_key, segmented.event_key
            order by
                segmented.value is null,
                segmented.is_joined desc,
                segmented.observed_at asc nulls last,
                segmented.observation_key asc
        ) as event_rank
    from segmented
    inner join metrics
        on segmented.metric_key = metrics.metric_key
    window of_event as (
        partition by segmented.metric_key, segmented.segment_type, segmented.segment_key, segmented.event_key
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
        case when measure = 'rate' then worst_numerator / denominator else value end as value,
        case when measure = 'rate' then worst_numerator else numerator end as numerator,
        denominator,
        is_joined
    from ranked
    where event_rank = 1

)

select * from final
