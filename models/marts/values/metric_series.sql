with

metrics as (

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

joined as (

    select
        points.*,
        metrics.measure,
        metrics.direction as better_direction,
        periods.period_end,
        periods.previous_period_start,
        periods.day_count,
        periods.is_complete,
        {{ seconds_between('periods.period_end', 'as_of.as_of') }} < metrics.maturity_days * 86400.0 as is_provisional,
        coalesce(period_values.sample_size, 0) as sample_size,
        case when metrics.measure in ('duration', 'stock') then coalesce(open_counts.open_count, 0) end as open_count,
        period_values.p90,
        period_values.median_value,
        period_values.median_lower,
        period_values.median_upper,
        period_values.value_mean,
        coalesce(period_values.value_sum, case when points.is_covered then 0 end) as value_sum,
        period_values.numerator_sum,
        nullif(period_values.denominator_sum, 0) as denominator_sum,
        period_values.joined_count / cast(period_values.candidate_count as double) as coverage
    from points
    inner join metrics
        on points.metric_key = metrics.metric_key
    inner join periods
        on points.grain = periods.grain
        and points.period_start = periods.period_start
    cross join as_of
    left join period_values
        on points.metric_key = period_values.metric_key
        and points.grain = period_values.grain
        and points.period_start = period_values.period_start
        and points.segment_type = period_values.segment_type
        and points.segment_key = period_values.segment_key
    left join open_counts
        on points.metric_key = open_counts.metric_key
        and points.grain = open_counts.grain
        and points.period_start = open_counts.period_start
        and points.segment_type = open_counts.segment_type
        and points.segment_key = open_counts.segment_key

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
        measure,
        better_direction,
        period_end,
        previous_period_start,
        day_count,
        is_complete,
        is_provisional,

        -- numbers
        sample_size,
        open_count,
        p90,
        median_lower,
        median_upper,
        denominator_sum,
        coverage,
        cast(
            case measure
                when 'count' then value_sum
                when 'duration' then median_value
                when 'rate' then numerator_sum / denominator_sum
                when 'ratio' then numerator_sum / denominator_sum
                when 'stock' then open_count
                when 'score' then value_mean
            end as double
        ) as value
    from joined

)

select * from final
