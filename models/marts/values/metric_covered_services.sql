-- Whether the loads of a service cover a period from end to end.
with coverage as (
    select * from {{ ref('dim_coverage') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

final as (
    select
        coverage.service_key,
        coverage.event_kind,
        periods.grain,
        periods.period_start,
        periods.starts_at,
        periods.ends_at,
        max(
            coverage.covered_from <= periods.starts_at
            and coverage.covered_until >= least(periods.ends_at, as_of.as_of)
        ) as is_covered
    from coverage
    cross join as_of
    inner join periods
        on coverage.covered_from < periods.ends_at
    group by
        coverage.service_key, coverage.event_kind, periods.grain, periods.period_start, periods.starts_at, periods.ends_at
)

select * from final
