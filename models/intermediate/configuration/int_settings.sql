with settings as (
    select * from {{ ref('settings') }}
)

-- a value that is no number fails the build: a default in its place would be a guess
select
    coalesce(max(case when setting = 'reporting_time_zone' then value end), 'UTC') as reporting_time_zone,
    coalesce(max(case when setting = 'failure_window_days' then cast(value as double) end), 7) as failure_window_days,
    coalesce(max(case when setting = 'incident_window_hours' then cast(value as double) end), 24) as incident_window_hours,
    coalesce(max(case when setting = 'level_year' then cast(value as integer) end), 2024) as level_year,
    coalesce(max(case when setting = 'headline_metric' then value end), 'time_to_restore') as headline_metric
from settings
