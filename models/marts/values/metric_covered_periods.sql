-- Periods in which no event means zero: every service of the segment whose coverage has begun is covered to the end.
with service_periods as (
    select * from {{ ref('metric_covered_services') }}
),

services as (
    select * from {{ ref('dim_services') }}
),

service_teams as (
    select * from {{ ref('dim_service_teams') }}
),

segmented as (
    select
        'organisation' as segment_type,
        'all' as segment_key,
        service_periods.*
    from service_periods
    union all
    select
        'product_area' as segment_type,
        services.product_area as segment_key,
        service_periods.*
    from service_periods
    inner join services
        on service_periods.service_key = services.service_key
    where services.product_area is not null
    union all
    select distinct
        'team' as segment_type,
        service_teams.team_key as segment_key,
        service_periods.*
    from service_periods
    inner join service_teams
        on service_periods.service_key = service_teams.service_key
        and service_periods.ends_at > service_teams.valid_from
        and service_periods.starts_at < service_teams.valid_until
    union all
    select
        'service' as segment_type,
        service_key as segment_key,
        service_periods.*
    from service_periods
),

final as (
    select
        event_kind,
        grain,
        period_start,
        segment_type,
        segment_key
    from segmented
    group by event_kind, grain, period_start, segment_type, segment_key
    having min(is_covered)
)

select * from final
