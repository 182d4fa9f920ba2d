-- Natural process limits (XmR). A period is judged by those before it that are over and mature, eight at the least;
-- one that rests on less than the metric's minimum sample is not judged: four observations are no news.
with series as (
    select * from {{ ref('metric_series') }}
    where value is not null
),

moved as (
    select
        *,
        case when not is_provisional then value end as settled_value,
        case when not is_provisional then abs(value - lag(value) over in_order) end as moving_range
    from series
    window in_order as (
        partition by metric_key, grain, segment_type, segment_key
        order by period_start asc
    )
),

measured as (
    select
        *,
        count(settled_value) over before as baseline_size,
        avg(settled_value) over before as baseline_mean,
        avg(moving_range) over before as mean_moving_range,
        count(settled_value) over before_run as run_baseline_size,
        avg(settled_value) over before_run as run_baseline_mean,
        count(settled_value) over run as run_size,
        min(settled_value) over run as run_lowest,
        max(settled_value) over run as run_highest
    from moved
    window
        before as (
            partition by metric_key, grain, segment_type, segment_key
            order by period_start asc
            rows between unbounded preceding and 1 preceding
        ),
        -- a run of eight is held against what was before it, not against itself
        before_run as (
            partition by metric_key, grain, segment_type, segment_key
            order by period_start asc
            rows between unbounded preceding and 8 preceding
        ),
        run as (
            partition by metric_key, grain, segment_type, segment_key
            order by period_start asc
            rows between 7 preceding and current row
        )
),

limited as (
    select
        *,
        not is_provisional and is_large_enough and baseline_size >= 8 as can_tell,
        baseline_mean - 2.66 * mean_moving_range as lower_limit,
        baseline_mean + 2.66 * mean_moving_range as upper_limit,
        run_size = 8
        and run_baseline_size >= 8
        and (run_lowest > run_baseline_mean or run_highest < run_baseline_mean) as is_run
    from measured
),

final as (
    select
        -- keys
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        -- the baseline
        baseline_size,
        case when baseline_size >= 8 then baseline_mean end as baseline_value,
        case when baseline_size >= 8 then lower_limit end as lower_limit,
        case when baseline_size >= 8 then upper_limit end as upper_limit,
        -- the verdict
        case when can_tell then value < lower_limit or value > upper_limit or is_run end as is_signal,
        case
            when not can_tell then null
            when value < lower_limit then 'below_limit'
            when value > upper_limit then 'above_limit'
            when is_run then 'run_of_eight'
        end as signal_rule
    from limited
)

select * from final
