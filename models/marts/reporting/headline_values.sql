with metric_values as (
    select * from {{ ref('metric_values') }}
    where grain = 'week'
),

metrics as (
    select metric_key from {{ ref('dim_metrics') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
    where grain = 'week'
),

levels as (
    select * from {{ ref('metric_levels') }}
    where grain = 'week'
),

frequency_spread as (
    select * from {{ ref('deployment_frequency_spread') }}
    where grain = 'week'
),

latest_week as (
    -- one row also where no week is over yet
    select max(period_start) as period_start
    from periods
    where is_complete
),

last_known_values as (
    -- a metric of rare events says when it last had a value, rather than nothing
    select
        metric_values.metric_key,
        metric_values.segment_type,
        metric_values.segment_key,
        max(metric_values.period_start) as last_week_start,
        max_by(metric_values.value, metric_values.period_start) as last_value
    from metric_values
    cross join latest_week
    where metric_values.value is not null
        and metric_values.period_start < latest_week.period_start
    group by metric_values.metric_key, metric_values.segment_type, metric_values.segment_key
),

headline_values as (
    select
        -- keys
        metrics.metric_key || ':' || segments.segment_id as headline_key,
        metrics.metric_key,
        segments.segment_id,
        -- the week
        latest_week.period_start as week_start,
        metric_values.value,
        metric_values.p90,
        metric_values.lower,
        metric_values.upper,
        metric_values.sample_size,
        metric_values.open_count,
        -- what it is held against
        metric_values.previous_value,
        metric_values.change_ratio,
        metric_values.direction as change_direction,
        metric_values.is_signal,
        metric_values.baseline_value,
        metric_values.target_value,
        metric_values.level,
        levels.level_reason,
        levels.level_year,
        frequency_spread.service_median,
        frequency_spread.service_count,
        -- trust
        metric_values.coverage,
        metric_values.is_provisional,
        -- before
        last_known_values.last_week_start,
        last_known_values.last_value
    from metrics
    cross join segments
    cross join latest_week
    left join metric_values
        on metrics.metric_key = metric_values.metric_key
        and segments.segment_type = metric_values.segment_type
        and segments.segment_key = metric_values.segment_key
        and latest_week.period_start = metric_values.period_start
    left join levels
        on metric_values.metric_key = levels.metric_key
        and metric_values.segment_type = levels.segment_type
        and metric_values.segment_key = levels.segment_key
        and metric_values.period_start = levels.period_start
    left join frequency_spread
        on metric_values.metric_key = 'deployment_frequency'
        and metric_values.segment_type = frequency_spread.segment_type
        and metric_values.segment_key = frequency_spread.segment_key
        and metric_values.period_start = frequency_spread.period_start
    left join last_known_values
        on metrics.metric_key = last_known_values.metric_key
        and segments.segment_type = last_known_values.segment_type
        and segments.segment_key = last_known_values.segment_key
)

select * from headline_values
