with metrics as (
    select * from {{ ref('dim_metrics') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

points as (
    select * from {{ ref('metric_points') }}
),

period_values as (
    select * from {{ ref('metric_period_values') }}
),

open_counts as (
    select * from {{ ref('metric_open_counts') }}
),

described as (
    select
        points.*,
        metrics.measure,
        metrics.direction as better_direction,
        metrics.minimum_sample,
        periods.starts_at,
        periods.ends_at,
        periods.previous_period_start,
        periods.day_count,
        periods.is_complete,
        {{ seconds_between('periods.ends_at', 'as_of.as_of') }} < metrics.maturity_days * 86400.0 as is_provisional
    from points
    inner join metrics
        on points.metric_key = metrics.metric_key
    inner join periods
        on points.grain = periods.grain
        and points.period_start = periods.period_start
    cross join as_of
),

final as (
    select
        -- keys
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        -- the metric and the period
        described.measure,
        described.better_direction,
        described.starts_at,
        described.ends_at,
        described.previous_period_start,
        described.day_count,
        described.is_complete,
        described.is_provisional,
        -- numbers
        coalesce(period_values.sample_size, 0) as sample_size,
        described.measure in ('count', 'stock')
        or coalesce(period_values.sample_size, 0) >= described.minimum_sample as is_large_enough,
        case when described.measure in ('duration', 'stock') then coalesce(open_counts.open_count, 0) end as open_count,
        period_values.p90,
        period_values.median_lower,
        period_values.median_upper,
        nullif(period_values.denominator_sum, 0) as denominator_sum,
        period_values.joined_count / cast(period_values.candidate_count as double) as coverage,
        cast(
            case described.measure
                when 'count' then coalesce(period_values.value_sum, case when described.is_covered then 0 end)
                when 'duration' then period_values.median_value
                when 'rate' then period_values.numerator_sum / nullif(period_values.denominator_sum, 0)
                when 'ratio' then period_values.numerator_sum / nullif(period_values.denominator_sum, 0)
                when 'stock' then coalesce(open_counts.open_count, 0)
                when 'score' then period_values.value_mean
            end as double
        ) as value
    from described
    left join period_values
        using (metric_key, grain, period_start, segment_type, segment_key)
    left join open_counts
        using (metric_key, grain, period_start, segment_type, segment_key)
)

select * from final
