with metric_values as (
    select * from {{ ref('metric_values') }}
),

definitions as (
    select * from {{ ref('rpt_metric_definitions') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
),

recent_values as (
    -- a year of weeks is what a chart can show; months and quarters reach further back
    select
        *,
        row_number() over (
            partition by metric_key, grain, segment_type, segment_key
            order by period_start desc
        ) as periods_back
    from metric_values
    where grain in ('week', 'month', 'quarter')
),

series as (
    select
        -- ids
        recent_values.metric_key || ':' || segments.segment_id || ':' || recent_values.grain || ':'
        || {{ day_text('recent_values.period_start') }} as series_key,
        recent_values.metric_key,
        recent_values.grain,
        segments.segment_type,
        segments.segment_slug,
        -- text
        {{ day_text('recent_values.period_start') }} as period_start,
        {{ human_value('recent_values.value', 'definitions.measure') }} as value_text,
        {{ human_value('recent_values.lower', 'definitions.measure') }} || ' to '
        || {{ human_value('recent_values.upper', 'definitions.measure') }} as interval_text,
        -- numbers
        recent_values.value,
        recent_values.lower,
        recent_values.upper,
        coalesce(recent_values.sample_size, 0) as sample_size,
        recent_values.target_value,
        -- booleans
        coalesce(recent_values.is_provisional, false) as is_provisional
    from recent_values
    inner join definitions
        on recent_values.metric_key = definitions.metric_key
    inner join segments
        on recent_values.segment_type = segments.segment_type
        and recent_values.segment_key = segments.segment_key
    where recent_values.periods_back <= 53
)

select * from series
