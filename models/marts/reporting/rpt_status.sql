with as_of as (
    select
        max(as_of) as as_of,
        max(reporting_time_zone) as reporting_time_zone
    from {{ ref('dim_as_of') }}
),

latest_week as (
    select max(period_start) as period_start
    from {{ ref('dim_periods') }}
    where grain = 'week' and is_complete
),

services as (
    select
        count(*) as service_count,
        count(*) filter (where not is_mapped) as unmapped_count
    from {{ ref('dim_services') }}
),

teams as (
    select count(*) as team_count from {{ ref('dim_teams') }}
),

deployments as (
    select count(*) as deployment_count from {{ ref('fct_deployments') }}
),

changes as (
    select count(*) as change_count from {{ ref('fct_changes') }}
),

incidents as (
    select count(*) as incident_count from {{ ref('fct_incidents') }}
),

quarantine as (
    select
        count(distinct source || ' ' || record_key) filter (where is_set_aside) as set_aside_count,
        count(*) filter (where not is_set_aside) as unread_count
    from {{ ref('fct_quarantine') }}
    where is_open
),

status as (
    select
        -- text
        {{ minute_text('as_of.as_of') }} as as_of,
        as_of.reporting_time_zone,
        {{ day_text('latest_week.period_start') }} as latest_week,
        -- numbers
        services.service_count,
        services.unmapped_count,
        teams.team_count,
        deployments.deployment_count,
        changes.change_count,
        incidents.incident_count,
        quarantine.set_aside_count,
        quarantine.unread_count
    from as_of
    cross join latest_week
    cross join services
    cross join teams
    cross join deployments
    cross join changes
    cross join incidents
    cross join quarantine
)

select * from status
