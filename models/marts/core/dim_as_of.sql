with settings as (
    select * from {{ ref('int_settings') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    as_of.as_of,
    settings.reporting_time_zone,
    settings.failure_window_days,
    settings.level_year,
    settings.headline_metric
from settings
cross join as_of
