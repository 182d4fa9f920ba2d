with

metric_values as (

    select * from {{ ref('metric_values') }}
    where grain = 'week'

),

definitions as (

    select * from {{ ref('rpt_metric_definitions') }}

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
        max(metric_values.period_start) as last_period_start,
        max_by(metric_values.value, metric_values.period_start) as last_value
    from metric_values
    cross join latest_week
    where
        metric_values.value is not null
        and metric_values.period_start < latest_week.period_start
    group by metric_values.metric_key, metric_values.segment_type, metric_values.segment_key

),

placed as (

    select
        definitions.*,
        segments.segment_id,
        segments.segment_type,
        segments.segment_key,
        segments.segment_name,
        segments.segment_slug,
        segments.segment_href,
        segments.segment_order,
        segments.type_rank,
        latest_week.period_start,
        metric_values.value,
        metric_values.p90,
        metric_values.lower,
        metric_values.upper,
        metric_values.sample_size,
        metric_values.open_count,
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
        metric_values.coverage,
        metric_values.is_provisional,
        last_known_values.last_period_start,
        last_known_values.last_value
    from definitions
    cross join segments
    cross join latest_week
    left join metric_values
        on
            definitions.metric_key = metric_values.metric_key
            and segments.segment_type = metric_values.segment_type
            and segments.segment_key = metric_values.segment_key
            and latest_week.period_start = metric_values.period_start
    left join levels
        on
            metric_values.metric_key = levels.metric_key
            and metric_values.segment_type = levels.segment_type
            and metric_values.segment_key = levels.segment_key
            and metric_values.period_start = levels.period_start
    left join frequency_spread
        on
            metric_values.metric_key = 'deployment_frequency'
            and metric_values.segment_type = frequency_spread.segment_type
            and metric_values.segment_key = frequency_spread.segment_key
            and metric_values.period_start = frequency_spread.period_start
    left join last_known_values
        on
            definitions.metric_key = last_known_values.metric_key
            and segments.segment_type = last_known_values.segment_type
            and segments.segment_key = last_known_values.segment_key

),

headline as (

    select
        -- ids
        metric_key || ':' || segment_id as headline_key,
        metric_key,
        segment_type,
        segment_key,
        segment_slug,

        -- text: what
        metric_name,
        pane,
        value_caption,
        direction_text,
        segment_name,
        segment_href,
        {{ day_text('period_start') }} as period_start,

        -- text: the value
        {{ human_value('value', 'measure') }} as value_text,
        case when measure = 'duration' then {{ human_value('p90', 'measure') }} end as p90_text,
        {{ human_value('lower', 'measure') }} || ' to ' || {{ human_value('upper', 'measure') }} as interval_text,
        {{ human_value('target_value', 'measure') }} as target_text,
        {{ human_value('baseline_value', 'measure') }} as baseline_text,
        {{ human_value('last_value', 'measure') }} as last_value_text,
        {{ day_text('last_period_start') }} as last_period_start,

        -- text: the change
        {{ human_value('previous_value', 'measure') }} as previous_text,
        case
            when value is null or previous_value is null then 'none'
            when value > previous_value then 'up'
            when value < previous_value then 'down'
            else 'same'
        end as movement,
        case
            when value is null or previous_value is null then 'none'
            when change_direction is not null then change_direction
            else 'neutral'
        end as judgement,
        case
            when value is null or previous_value is null then null
            when value = previous_value then 'unchanged'
            when measure = 'rate' then {{ tenths('100 * abs(value - previous_value)') }} || ' points'
            when previous_value > 0 and value >= 3 * previous_value then '× ' || {{ tenths('value / previous_value') }}
            when previous_value = 0 then {{ human_value('abs(value - previous_value)', 'measure') }}
            else {{ whole('100 * abs(value - previous_value) / previous_value') }} || ' %'
        end as change_text,
        case
            when is_signal then 'beyond the usual variation'
            when is_signal is not null then 'within the usual variation'
        end as signal_text,

        -- text: how good
        level || ' (DORA ' || cast(level_year as {{ dbt.type_string() }}) || ')' as level_text,
        case
            when level is null then coalesce(level_reason, 'No clusters are published for this metric.')
        end as level_reason,
        case
            when service_count > 1 then
                'median per service ' || {{ tenths('service_median') }} || ' a week, over ' || {{ whole('service_count') }} || ' services'
        end as spread_text,
        {{ whole('100 * coverage') }} || ' %' as coverage_text,

        -- numbers
        value,
        change_ratio,
        coalesce(sample_size, 0) as sample_size,
        coalesce(open_count, 0) as open_count,
        pane_order,
        metric_order,
        segment_order,
        type_rank,

        -- booleans
        is_headline,
        coalesce(is_signal, false) as is_signal,
        coalesce(is_provisional, false) as is_provisional

    from placed

)

select * from headline
