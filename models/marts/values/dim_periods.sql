with metric_observations as (
    select * from {{ ref('metric_observations') }}
),

coverage as (
    select * from {{ ref('dim_coverage') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

starts as (
    select observed_at as known_from from metric_observations
    union all
    select covered_from as known_from from coverage
),

span as (
    select
        min(as_of.as_of) as as_of,
        min(as_of.reporting_time_zone) as zone,
        min({{ in_zone('starts.known_from', 'as_of.reporting_time_zone') }}) as local_from,
        min({{ in_zone('as_of.as_of', 'as_of.reporting_time_zone') }}) as local_until
    from starts
    cross join as_of
    where starts.known_from <= as_of.as_of
),

-- each series goes one period beyond the last, whose start is the last one's end
series as (
    {% for grain, step in [('week', '1 week'), ('month', '1 month'), ('quarter', '3 months')] -%}
    select
        '{{ grain }}' as grain,
        as_of,
        zone,
        {{ timestamp_series(
            "date_trunc('" ~ grain ~ "', local_from)",
            "date_trunc('" ~ grain ~ "', local_until) + interval " ~ step,
            step
        ) }} as local_starts
    from span
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

edges as (
    select
        series.grain,
        series.as_of,
        local_start,
        {{ from_zone('local_start', 'series.zone') }} as starts_at
    from series, {{ explode('series.local_starts', 'local_start') }}
),

periods as (
    select
        -- the reporting time zone's calendar
        grain,
        cast(local_start as date) as period_start,
        cast(lag(local_start) over by_grain as date) as previous_period_start,
        {{ seconds_between('local_start', 'lead(local_start) over by_grain') }} / 86400 as day_count,
        -- its moments, UTC
        starts_at,
        lead(starts_at) over by_grain as ends_at,
        -- whether it is over
        as_of
    from edges
    window by_grain as (partition by grain order by local_start)
),

final as (
    select
        grain,
        period_start,
        starts_at,
        ends_at,
        previous_period_start,
        cast(day_count as integer) as day_count,
        ends_at <= as_of as is_complete
    from periods
    where ends_at is not null
)

select * from final
