-- The rows that metric_values has.
with metrics as (
    select * from {{ ref('dim_metrics') }}
),

period_values as (
    select * from {{ ref('metric_period_values') }}
),

open_counts as (
    select * from {{ ref('metric_open_counts') }}
),

covered_periods as (
    select * from {{ ref('metric_covered_periods') }}
),

-- a row where something was observed, something is open, or nothing is known to have happened
points as (
    select
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        false as is_covered
    from period_values
    union all
    select
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        false as is_covered
    from open_counts
    where open_count > 0
    union all
    select
        metrics.metric_key,
        covered_periods.grain,
        covered_periods.period_start,
        covered_periods.segment_type,
        covered_periods.segment_key,
        true as is_covered
    from covered_periods
    inner join metrics
        on covered_periods.event_kind = metrics.coverage_kind
        and metrics.measure = 'count'
),

final as (
    select
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        max(is_covered) as is_covered
    from points
    group by metric_key, grain, period_start, segment_type, segment_key
)

select * from final
