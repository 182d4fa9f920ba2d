-- Only events that can still be open: a stop that is missing because nothing could be joined is not one of them.
with events as (
    select * from {{ ref('metric_segments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

lasting as (
    select
        events.metric_key,
        events.segment_type,
        events.segment_key,
        {{ in_zone('least(events.started_at, coalesce(events.observed_at, events.started_at))',
            'as_of.reporting_time_zone') }} as local_from,
        {{ in_zone('events.observed_at', 'as_of.reporting_time_zone') }} as local_until
    from events
    cross join as_of
    where events.measure in ('duration', 'stock')
        and events.started_at is not null
        and events.is_joined
),

first_periods as (
    select
        grain,
        min(period_start) as first_period_start
    from periods
    group by grain
),

-- what began before the first period is open from its start on
steps as (
    select
        lasting.metric_key,
        lasting.segment_type,
        lasting.segment_key,
        first_periods.grain,
        greatest(
            cast(date_trunc(first_periods.grain, lasting.local_from) as date), first_periods.first_period_start
        ) as period_start,
        1 as step
    from lasting
    cross join first_periods
    union all
    select
        lasting.metric_key,
        lasting.segment_type,
        lasting.segment_key,
        first_periods.grain,
        greatest(
            cast(date_trunc(first_periods.grain, lasting.local_until) as date), first_periods.first_period_start
        ) as period_start,
        -1 as step
    from lasting
    cross join first_periods
    where lasting.local_until is not null
),

final as (
    select
        metric_key,
        segment_type,
        segment_key,
        grain,
        period_start,
        cast(sum(step) as bigint) as step
    from steps
    group by metric_key, segment_type, segment_key, grain, period_start
)

select * from final
