with headline as (
    select * from {{ ref('rpt_headline') }}
),

counted_panes as (
    select
        segment_type,
        segment_key,
        segment_slug,
        pane,
        pane_order,
        count(*) filter (where is_signal and judgement = 'better') as better_count,
        count(*) filter (where is_signal and judgement = 'worse') as worse_count,
        count(*) filter (where value_text is null) as empty_count,
        count(*) as metric_count
    from headline
    group by segment_type, segment_key, segment_slug, pane, pane_order
),

panes as (
    select
        -- ids
        segment_type || ':' || segment_key || ':' || pane as pane_key,
        segment_type,
        segment_slug,
        -- text
        pane,
        case
            when empty_count = metric_count then 'no value last week'
            when better_count = 0 and worse_count = 0 then 'within the usual variation'
            when worse_count = 0 then {{ whole('better_count') }} || ' clearly better'
            when better_count = 0 then {{ whole('worse_count') }} || ' clearly worse'
            else {{ whole('better_count') }} || ' clearly better, ' || {{ whole('worse_count') }} || ' clearly worse'
        end as summary_text,
        -- numbers
        pane_order
    from counted_panes
)

select * from panes
