with metrics as (
    select * from {{ ref('dim_metrics') }}
),

counter_metrics as (
    select
        metric_key as counter_metric,
        label as counter_metric_name,
        '/metrics/' || metric_key || '/' as counter_metric_href
    from metrics
),

definitions as (
    select
        -- ids
        metrics.metric_key,
        -- text: where it stands
        metrics.label as metric_name,
        pane,
        family,
        framework,
        -- text: what it is
        definition,
        start_event,
        stop_event,
        event_source,
        inclusion,
        exclusion,
        aggregation,
        measure,
        unit,
        direction,
        case direction
            when 'higher_is_better' then 'Higher is better'
            when 'lower_is_better' then 'Lower is better'
            else 'Neither higher nor lower is better'
        end as direction_text,
        case measure
            when 'count' then 'per week'
            when 'duration' then 'median'
            when 'rate' then 'of all'
            else ''
        end as value_caption,
        -- text: how it is used
        business_reading,
        playbook,
        worse_20_percent,
        metrics.counter_metric,
        counter_metrics.counter_metric_name,
        counter_metrics.counter_metric_href,
        accountable_owner,
        query_owner,
        refresh_cadence,
        case
            when maturity_days > 0 then cast(maturity_days as {{ dbt.type_string() }}) || ' days after the period'
            else 'as soon as the period is over'
        end as maturity_text,
        {{ whole('100 * minimum_coverage') }} || ' %' as minimum_coverage_text,
        cast(minimum_sample as {{ dbt.type_string() }}) as minimum_sample_text,
        cast(version as {{ dbt.type_string() }}) as version,
        {{ day_text('changed_on') }} as changed_on,
        -- numbers
        case pane when 'Outcomes' then 1 when 'Flow' then 2 when 'Quality' then 3 when 'Reliability' then 4 else 5 end
            as pane_order,
        row_number() over (
            order by
                case pane when 'Outcomes' then 1 when 'Flow' then 2 when 'Quality' then 3 when 'Reliability' then 4 else 5 end,
                is_headline desc,
                sort_order,
                metrics.metric_key
        ) as metric_order,
        -- booleans
        is_headline
    from metrics
    left join counter_metrics
        on metrics.counter_metric = counter_metrics.counter_metric
)

select * from definitions
