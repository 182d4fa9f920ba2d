with settings as (
    select * from {{ ref('settings') }}
)

select
    coalesce(max(value) filter (where setting = 'reporting_time_zone'), 'UTC') as reporting_time_zone,
    coalesce(max(cast(value as double)) filter (where setting = 'failure_window_days'), 7) as failure_window_days,
    coalesce(max(cast(value as double)) filter (where setting = 'incident_window_hours'), 24) as incident_window_hours,
    coalesce(max(cast(value as integer)) filter (where setting = 'level_year'), 2024) as level_year,
    coalesce(max(value) filter (where setting = 'headline_metric'), 'time_to_restore') as headline_metric,
    coalesce(max(cast(value as integer)) filter (where setting = 'minimum_contributors'), 1) as minimum_contributors
from settings
