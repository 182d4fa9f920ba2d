-- What no value may ever be: a share beyond 0 to 1 (a join that multiplied rows), an interval that does not hold its own value.
with metric_values as (
    select
        metric_values.*,
        metrics.measure
    from {{ ref('metric_values') }} as metric_values
    left join {{ ref('dim_metrics') }} as metrics
        on metric_values.metric_key = metrics.metric_key
),

problems as (
    select
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        value,
        case
            when measure is null then 'is of no metric of the registry'
            when measure = 'rate' and not value between 0 and 1 then 'a rate lies outside 0 to 1'
            when measure = 'count' and value <> sample_size then 'a count is not the number of its events'
            when value < lower or value > upper then 'the interval does not hold the value'
            when not coverage between 0 and 1 then 'the coverage lies outside 0 to 1'
            when open_count < 0 then 'fewer than none are open'
            when measure = 'duration' and value is not null and sample_size = 0 then 'a median of nothing'
            when p90 < value then 'the 90th percentile lies below the median'
            when direction not in ('better', 'worse', 'flat') then 'the direction is unknown'
        end as problem
    from metric_values
)

select * from problems
where problem is not null
