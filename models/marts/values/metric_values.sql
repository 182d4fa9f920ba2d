with series as (
    select * from {{ ref('metric_series') }}
),

intervals as (
    select * from {{ ref('metric_intervals') }}
),

signals as (
    select * from {{ ref('metric_signals') }}
),

levels as (
    select * from {{ ref('metric_levels') }}
),

targets as (
    select * from {{ ref('metric_targets') }}
),

-- the period before, and not the row before: a gap has no value to compare with
compared as (
    select
        *,
        case when lag(period_start) over in_order = previous_period_start then lag(value) over in_order end
            as previous_value
    from series
    window in_order as (
        partition by metric_key, grain, segment_type, segment_key
        order by period_start asc
    )
),

-- a count of a period that is not over is no news
moved as (
    select
        *,
        case when is_complete or measure <> 'count' then value - previous_value end as movement
    from compared
),

final as (
    select
        -- keys
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        -- the value
        cast(moved.value as double) as value,
        cast(case when moved.measure = 'duration' then moved.p90 end as double) as p90,
        cast(moved.sample_size as bigint) as sample_size,
        cast(intervals.lower as double) as lower,
        cast(intervals.upper as double) as upper,
        cast(moved.open_count as bigint) as open_count,
        -- its movement
        cast(moved.previous_value as double) as previous_value,
        cast(moved.movement / nullif(moved.previous_value, 0) as double) as change_ratio,
        case
            when moved.movement is null or moved.better_direction = 'neutral' then null
            when moved.movement = 0 then 'flat'
            when (moved.movement > 0) = (moved.better_direction = 'higher_is_better') then 'better'
            else 'worse'
        end as direction,
        signals.is_signal,
        cast(signals.baseline_value as double) as baseline_value,
        -- what it is held against
        cast(targets.target_value as double) as target_value,
        levels.level,
        -- trust
        cast(moved.coverage as double) as coverage,
        moved.is_provisional
    from moved
    left join intervals
        using (metric_key, grain, period_start, segment_type, segment_key)
    left join signals
        using (metric_key, grain, period_start, segment_type, segment_key)
    left join levels
        using (metric_key, grain, period_start, segment_type, segment_key)
    left join targets
        using (metric_key, grain, period_start, segment_type, segment_key)
)

select * from final
