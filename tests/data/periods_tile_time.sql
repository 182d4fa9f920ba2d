-- Each period ends where the next begins, in UTC as in the local calendar, and only the last of a grain is not over.
with periods as (
    select
        *,
        lead(starts_at) over by_grain as next_starts_at,
        lead(period_start) over by_grain as next_period_start,
        lag(period_start) over by_grain as start_before
    from {{ ref('dim_periods') }}
    window by_grain as (partition by grain order by period_start asc)
),

problems as (
    select
        grain,
        period_start,
        case
            when ends_at <= starts_at then 'ends before it begins'
            when next_starts_at <> ends_at then 'does not end where the next begins'
            when next_period_start <> cast(period_start + interval (day_count) day as date)
                then 'leaves a hole in the calendar'
            when
                coalesce(start_before, date '1900-01-01')
                <> coalesce(previous_period_start, date '1900-01-01')
                then 'does not know the period before'
            when next_starts_at is not null and not is_complete then 'is not over, though another follows'
            when grain = 'week' and dayofweek(period_start) <> 1 then 'does not begin on a Monday'
            when grain <> 'week' and day(period_start) <> 1 then 'does not begin on the first of a month'
        end as problem
    from periods
)

select * from problems
where problem is not null
