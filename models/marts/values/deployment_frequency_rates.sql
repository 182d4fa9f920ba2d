-- Deployments a day of each service and team; the service's owner is that of the period's end, or of now.
with series as (
    select * from {{ ref('metric_series') }}
    where metric_key = 'deployment_frequency'
        and segment_type in ('service', 'team')
),

as_of as (
    select * from {{ ref('dim_as_of') }}
),

services as (
    select * from {{ ref('dim_services') }}
),

service_teams as (
    select * from {{ ref('dim_service_teams') }}
),

-- a period that is not over counts the days that have passed, once one has
elapsed as (
    select
        series.*,
        least(series.ends_at, as_of.as_of) as owned_at,
        case
            when series.is_complete then series.day_count
            when as_of.as_of >= series.starts_at + interval 1 day
                then {{ seconds_between('series.starts_at', 'as_of.as_of') }} / 86400.0
        end as elapsed_days
    from series
    cross join as_of
),

final as (
    select
        elapsed.grain,
        elapsed.period_start,
        elapsed.is_provisional,
        elapsed.segment_type,
        elapsed.segment_key,
        services.product_area,
        service_teams.team_key,
        elapsed.value as deployments,
        elapsed.value / elapsed.elapsed_days as deployments_per_day
    from elapsed
    left join services
        on elapsed.segment_type = 'service'
        and elapsed.segment_key = services.service_key
    left join service_teams
        on elapsed.segment_type = 'service'
        and elapsed.segment_key = service_teams.service_key
        and elapsed.owned_at > service_teams.valid_from
        and elapsed.owned_at <= service_teams.valid_until
)

select * from final
