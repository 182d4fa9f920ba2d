-- The target that pages show, a period: the newest `should` that holds when the period begins.
with targets as (
    select * from {{ ref('targets') }}
    where level = 'should'
),

metrics as (
    select * from {{ ref('dim_metrics') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        targets.metric_key,
        periods.grain,
        periods.period_start,
        targets.segment_type,
        targets.segment_key,
        max_by(
            -- a count's target is one a week
            targets.value * case when metrics.measure = 'count' then periods.day_count / 7.0 else 1 end,
            coalesce(targets.valid_from, timestamp '1900-01-01 00:00:00')
        ) as target_value
    from targets
    inner join metrics
        on targets.metric_key = metrics.metric_key
    inner join periods
        on (targets.valid_from is null or targets.valid_from <= periods.starts_at)
        and (targets.valid_until is null or targets.valid_until > periods.starts_at)
    group by targets.metric_key, periods.grain, periods.period_start, targets.segment_type, targets.segment_key
)

select * from final
