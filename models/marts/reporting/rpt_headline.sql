with headline_values as (
    select * from {{ ref('headline_values') }}
),

definitions as (
    select * from {{ ref('rpt_metric_definitions') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
),

placed as (
    select
        headline_values.*,
        definitions.metric_name,
        definitions.pane,
        definitions.value_caption,
        definitions.direction_text,
        definitions.measure,
        definitions.is_headline,
        definitions.pane_order,
        definitions.metric_order,
        segments.segment_type,
        segments.segment_key,
        segments.segment_slug,
        segments.segment_name,
        segments.segment_href,
        segments.segment_order,
        segments.type_rank
    from headline_values
    inner join definitions
        on headline_values.metric_key = definitions.metric_key
    inner join segments
        on headline_values.segment_id = segments.segment_id
),

headline as (
    select
        -- ids
        headline_key,
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
        {{ day_text('week_start') }} as period_start,
        -- text: the value
        {{ human_value('value', 'measure') }} as value_text,
        case when measure = 'duration' then {{ human_value('p90', 'measure') }} end as p90_text,
        {{ human_value('lower', 'measure') }} || ' to ' || {{ human_value('upper', 'measure') }} as interval_text,
        {{ human_value('target_value', 'measure') }} as target_text,
        {{ human_value('baseline_value', 'measure') }} as baseline_text,
        {{ human_value('last_value', 'measure') }} as last_value_text,
        {{ day_text('last_week_start') }} as last_period_start,
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
