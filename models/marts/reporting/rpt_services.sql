with services as (
    select * from {{ ref('dim_services') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
),

as_of as (
    select as_of from {{ ref('dim_as_of') }}
),

current_owners as (
    select
        service_teams.service_key,
        service_teams.team_key
    from {{ ref('dim_service_teams') }} as service_teams
    cross join as_of
    where service_teams.valid_from <= as_of.as_of
        and service_teams.valid_until > as_of.as_of
),

last_deployments as (
    select
        service_key,
        max(finished_at) as last_deployed_at
    from {{ ref('fct_deployments') }}
    where is_production and outcome = 'success'
    group by service_key
),

report_services as (
    select
        -- ids
        services.service_key,
        segments.segment_slug as service_slug,
        teams.segment_slug as team_slug,
        -- text
        segments.segment_name as service_name,
        segments.segment_href as service_href,
        teams.segment_name as team_name,
        teams.segment_href as team_href,
        services.product_area,
        services.tier,
        {{ list_text('services.repository_keys') }} as repositories,
        {{ minute_text('last_deployments.last_deployed_at') }} as last_deployed_at,
        -- numbers
        segments.segment_order as service_order,
        -- booleans
        coalesce(services.is_mapped, false) as is_mapped
    from services
    inner join segments
        on segments.segment_type = 'service' and services.service_key = segments.segment_key
    left join current_owners
        on services.service_key = current_owners.service_key
    left join segments as teams
        on teams.segment_type = 'team' and current_owners.team_key = teams.segment_key
    left join last_deployments
        on services.service_key = last_deployments.service_key
)

select * from report_services
