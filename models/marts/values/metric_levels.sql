-- The published clusters: a value in a gap or in two of them, or a year in which they are not in order, has no level.
with series as (
    select * from {{ ref('metric_series') }}
    where value is not null
),

spread as (
    select * from {{ ref('deployment_frequency_spread') }}
),

levels as (
    select * from {{ ref('dora_levels') }}
),

level_years as (
    select * from {{ ref('metric_level_years') }}
),

-- frequency is levelled by the median per service, never by a sum
levelled as (
    select
        series.metric_key,
        series.grain,
        series.period_start,
        series.segment_type,
        series.segment_key,
        series.is_complete,
        case
            when series.measure = 'count' then spread.service_median_per_day
            else series.value
        end as levelled_value
    from series
    left join spread
        on series.measure = 'count'
        and series.grain = spread.grain
        and series.period_start = spread.period_start
        and series.segment_type = spread.segment_type
        and series.segment_key = spread.segment_key
),

matched as (
    select
        levelled.metric_key,
        levelled.grain,
        levelled.period_start,
        levelled.segment_type,
        levelled.segment_key,
        levelled.is_complete,
        levelled.levelled_value,
        level_years.level_year,
        level_years.reason_for_year,
        count(levels.level) as cluster_count,
        min(levels.level) as level,
        max(levels.level) as other_level,
        min(levels.source) as source,
        min(levels.is_confirmed) as is_confirmed
    from levelled
    inner join level_years
        on levelled.metric_key = level_years.metric_key
    left join levels
        on levelled.metric_key = levels.metric_key
        and level_years.level_year = levels.report_year
        and (
            levels.lower_bound is null
            or levelled.levelled_value > levels.lower_bound
            or (levelled.levelled_value = levels.lower_bound and levels.includes_lower)
        )
        and (
            levels.upper_bound is null
            or levelled.levelled_value < levels.upper_bound
            or (levelled.levelled_value = levels.upper_bound and levels.includes_upper)
        )
    group by
        levelled.metric_key,
        levelled.grain,
        levelled.period_start,
        levelled.segment_type,
        levelled.segment_key,
        levelled.is_complete,
        levelled.levelled_value,
        level_years.level_year,
        level_years.reason_for_year
),

reasoned as (
    select
        *,
        case
            when reason_for_year is not null then reason_for_year
            when levelled_value is null or (metric_key = 'deployment_frequency' and not is_complete)
                then 'The period is not over, so how often cannot be said yet.'
            when cluster_count = 0
                then 'The value lies outside, or in a gap between, the clusters that the report published.'
            when cluster_count > 1
                then 'The report''s clusters ' || level || ' and ' || other_level || ' overlap at this value.'
        end as level_reason
    from matched
),

final as (
    select
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        levelled_value,
        level_year,
        case when level_reason is null then level end as level,
        level_reason,
        case when level_reason is null then source end as source,
        case when level_reason is null then is_confirmed end as is_confirmed
    from reasoned
)

select * from final
