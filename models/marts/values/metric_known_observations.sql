-- Observations as they were known at as_of: what stopped later was still open, and what began later was not there.
with metric_observations as (
    select * from {{ ref('metric_observations') }}
),

metrics as (
    select * from {{ ref('dim_metrics') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

final as (
    select
        -- keys
        metric_observations.metric_key,
        metric_observations.observation_key,
        metric_observations.event_key,
        metric_observations.service_key,
        metric_observations.team_key,
        -- the metric
        metrics.measure,
        metrics.direction,
        -- timestamps
        metric_observations.started_at,
        case when metric_observations.observed_at <= as_of.as_of then metric_observations.observed_at end as observed_at,
        -- numbers
        case when metric_observations.observed_at <= as_of.as_of then metric_observations.value end as value,
        case when metric_observations.observed_at <= as_of.as_of then metric_observations.numerator end as numerator,
        metric_observations.denominator,
        metric_observations.is_joined
    from metric_observations
    inner join metrics
        on metric_observations.metric_key = metrics.metric_key
    cross join as_of
    where metric_observations.started_at <= as_of.as_of
        or metric_observations.observed_at <= as_of.as_of
)

select * from final
