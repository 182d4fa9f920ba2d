-- Whether the clusters of the chosen report year can level a metric at all.
with levels as (
    select * from {{ ref('dora_levels') }}
),

chosen as (
    select level_year from {{ ref('dim_as_of') }}
),

levelled_metrics as (
    select distinct metric_key from levels
),

-- from best to worst each cluster's edges must move in one direction
steps as (
    select
        report_year,
        metric_key,
        case
            when metric_key = 'deployment_frequency'
                then coalesce(upper_bound, 1e9) > lag(coalesce(upper_bound, 1e9)) over by_rank
                    or coalesce(lower_bound, 0) > lag(coalesce(lower_bound, 0)) over by_rank
            else coalesce(upper_bound, 1e12) < lag(coalesce(upper_bound, 1e12)) over by_rank
                or coalesce(lower_bound, 0) < lag(coalesce(lower_bound, 0)) over by_rank
        end as is_backwards
    from levels
    window by_rank as (partition by report_year, metric_key order by level_rank asc)
),

ordered as (
    select
        report_year,
        metric_key,
        max(coalesce(is_backwards, false)) as is_disordered
    from steps
    group by report_year, metric_key
),

years as (
    select
        report_year,
        count(*) as metric_count
    from ordered
    group by report_year
),

final as (
    select
        levelled_metrics.metric_key,
        chosen.level_year,
        case
            when years.report_year is null
                then 'The ' || chosen.level_year || ' report has no tiers.'
            when ordered.report_year is null and levelled_metrics.metric_key = 'time_to_restore'
                then 'Since 2023 the reports level failed_deployment_recovery_time and not this.'
            when ordered.report_year is null and levelled_metrics.metric_key = 'failed_deployment_recovery_time'
                then 'Before 2023 the reports levelled time_to_restore and not this.'
            when ordered.report_year is null
                then 'The ' || chosen.level_year || ' report has no clusters for this.'
            when ordered.is_disordered
                then 'The clusters of the '
                    || chosen.level_year
                    || ' report are not in order for this, so they level nothing.'
        end as reason_for_year
    from levelled_metrics
    cross join chosen
    left join years
        on chosen.level_year = years.report_year
    left join ordered
        on chosen.level_year = ordered.report_year
        and levelled_metrics.metric_key = ordered.metric_key
)

select * from final
