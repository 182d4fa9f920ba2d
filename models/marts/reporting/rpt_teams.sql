with segments as (
    select * from {{ ref('rpt_segments') }}
    where segment_type = 'team'
),

service_counts as (
    select
        team_slug,
        count(*) as service_count
    from {{ ref('rpt_services') }}
    where team_slug is not null
    group by team_slug
),

report_teams as (
    select
        -- ids
        segments.segment_key as team_key,
        segments.segment_slug as team_slug,
        -- text
        segments.segment_name as team_name,
        segments.segment_href as team_href,
        -- numbers
        coalesce(service_counts.service_count, 0) as service_count,
        segments.segment_order as team_order
    from segments
    left join service_counts
        on segments.segment_slug = service_counts.team_slug
)

select * from report_teams
