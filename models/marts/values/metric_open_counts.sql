with steps as (
    select * from {{ ref('metric_open_steps') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

series as (
    select
        metric_key,
        segment_type,
        segment_key,
        grain,
        min(period_start) as first_period_start
    from steps
    group by metric_key, segment_type, segment_key, grain
),

final as (
    select
        series.metric_key,
        series.segment_type,
        series.segment_key,
        periods.grain,
        periods.period_start,
        cast(sum(coalesce(steps.step, 0)) over (
            partition by series.metric_key, series.segment_type, series.segment_key, periods.grain
            order by periods.period_start asc
        ) as bigint) as open_count
    from series
    inner join periods
        on series.grain = periods.grain
        and series.first_period_start <= periods.period_start
    left join steps
        on series.metric_key = steps.metric_key
        and series.segment_type = steps.segment_type
        and series.segment_key = steps.segment_key
        and series.grain = steps.grain
        and periods.period_start = steps.period_start
)

select * from final
