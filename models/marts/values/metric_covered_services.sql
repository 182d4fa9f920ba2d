-- Whether the loads of a service cover a period from end to end. Coverage without a stated start begins with the
-- first thing that it saw: before that nobody knows whether the service was there.
with

coverage as (

    select * from {{ ref('dim_coverage') }}

),

metric_observations as (

    select * from {{ ref('metric_observations') }}

),

metrics as (

    select * from {{ ref('dim_metrics') }}

),

periods as (

    select * from {{ ref('dim_periods') }}

),

as_of as (

    select * from {{ ref('dim_as_of') }}

),

first_events as (

    select
        metric_observations.service_key,
        metrics.coverage_kind as event_kind,
        min(metric_observations.observed_at) as first_observed_at
    from metric_observations
    inner join metrics
        on metric_observations.metric_key = metrics.metric_key
    where metrics.coverage_kind is not null
    group by metric_observations.service_key, metrics.coverage_kind

),

known as (

    select
        coverage.service_key,
        coverage.event_kind,
        coverage.covered_until,
        case
            when coverage.covered_from <= timestamp '1970-01-01 00:00:00' then first_events.first_observed_at
            else coverage.covered_from
        end as covered_from
    from coverage
    left join first_events
        on coverage.service_key = first_events.service_key
            and coverage.event_kind = first_events.event_kind

),

final as (

    select
        known.service_key,
        known.event_kind,
        periods.grain,
        periods.period_start,
        periods.period_end,
        max(
            known.covered_from <= periods.period_start
            and known.covered_until >= least(periods.period_end, as_of.as_of)
        ) as is_covered
    from known
    cross join as_of
    inner join periods
        on known.covered_from < periods.period_end
    group by known.service_key, known.event_kind, periods.grain, periods.period_start, periods.period_end

)

select * from final
