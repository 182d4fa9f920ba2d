-- Each period ends where the next begins, in UTC as in the local calendar, and only the last of a grain is not over.
with

periods as (

    select
        *,
        lead(period_start) over by_grain as next_start,
        lead(local_start) over by_grain as next_local_start,
        lag(period_start) over by_grain as start_before
    from {{ ref('dim_periods') }}
    window by_grain as (partition by grain order by period_start asc)

),

problems as (

    select
        grain,
        period_start,
        case
            when period_end <= period_start then 'ends before it begins'
            when next_start <> period_end then 'does not end where the next begins'
            when next_local_start <> cast(local_start + interval (day_count) day as date)
                then 'leaves a hole in the calendar'
            when
                coalesce(start_before, timestamp '1900-01-01 00:00:00')
                <> coalesce(previous_period_start, timestamp '1900-01-01 00:00:00')
                then 'does not know the period before'
            when next_start is not null and not is_complete then 'is not over, though another follows'
            when grain = 'week' and dayofweek(local_start) <> 1 then 'does not begin on a Monday'
            when grain <> 'week' and day(local_start) <> 1 then 'does not begin on the first of a month'
        end as problem
    from periods

)

select * from problems
where problem is not null
