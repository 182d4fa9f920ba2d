with events as (
    select * from {{ ref('metric_segments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

interval_limits as (
    select * from {{ ref('interval_limits') }}
),

-- what could not be joined has no stop: it stands where it started, so that it lowers the coverage of that period
placed as (
    select
        events.*,
        {{ in_zone('coalesce(events.observed_at, case when not events.is_joined then events.started_at end)',
            'as_of.reporting_time_zone') }} as local_at
    from events
    cross join as_of
),

ranked as (
    select
        placed.*,
        periods.grain,
        periods.period_start,
        count(placed.value) over in_period as period_size,
        row_number() over (
            partition by
                placed.metric_key, placed.segment_type, placed.segment_key, periods.grain, periods.period_start
            order by placed.value asc nulls last
        ) as value_rank
    from placed
    inner join periods
        on cast(date_trunc(periods.grain, placed.local_at) as date) = periods.period_start
    window in_period as (
        partition by placed.metric_key, placed.segment_type, placed.segment_key, periods.grain, periods.period_start
    )
),

-- above the seed's largest n: normal ranks, rounded outwards
limited as (
    select
        ranked.*,
        coalesce(
            interval_limits.median_lower_rank,
            case when ranked.period_size > 1000
                    then floor(ranked.period_size / 2.0 - 0.98 * sqrt(ranked.period_size))
            end
        ) as lower_rank
    from ranked
    left join interval_limits
        on ranked.period_size = interval_limits.n
),

final as (
    select
        -- keys
        metric_key,
        measure,
        grain,
        period_start,
        segment_type,
        segment_key,
        -- numbers
        count(value) as sample_size,
        percentile_cont(0.5) within group (order by value) as median_value,
        percentile_cont(0.9) within group (order by value) as p90,
        max(case when value_rank = lower_rank then value end) as median_lower,
        max(case when value_rank = period_size + 1 - lower_rank then value end) as median_upper,
        sum(value) as value_sum,
        avg(value) as value_mean,
        sum(numerator) as numerator_sum,
        sum(denominator) as denominator_sum,
        -- trust
        count(*) as candidate_count,
        count(case when is_joined then 1 end) as joined_count
    from limited
    group by metric_key, measure, grain, period_start, segment_type, segment_key
)

select * from final
