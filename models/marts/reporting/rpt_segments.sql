with services as (
    select * from {{ ref('dim_services') }}
),

teams as (
    select * from {{ ref('dim_teams') }}
),

segments as (
    select
        'organisation' as segment_type,
        'all' as segment_key,
        'Whole organisation' as segment_name,
        cast(null as {{ dbt.type_string() }}) as segment_slug,
        '/' as segment_href,
        1 as type_order
    union all
    select distinct
        'product_area' as segment_type,
        product_area as segment_key,
        product_area as segment_name,
        cast(null as {{ dbt.type_string() }}) as segment_slug,
        cast(null as {{ dbt.type_string() }}) as segment_href,
        2 as type_order
    from services
    where product_area is not null
    union all
    select
        'team' as segment_type,
        team_key as segment_key,
        coalesce(team_name, team_key) as segment_name,
        {{ slug('team_key') }} as segment_slug,
        '/teams/' || {{ slug('team_key') }} || '/' as segment_href,
        3 as type_order
    from teams
    union all
    select
        'service' as segment_type,
        service_key as segment_key,
        coalesce(service_name, service_key) as segment_name,
        {{ slug('service_key') }} as segment_slug,
        '/services/' || {{ slug('service_key') }} || '/' as segment_href,
        4 as type_order
    from services
),

numbered_segments as (
    select
        -- ids
        segment_type || ':' || segment_key as segment_id,
        segment_type,
        segment_key,
        -- text
        segment_name,
        segment_slug,
        segment_href,
        -- numbers
        row_number() over (order by type_order, lower(segment_name), segment_key) as segment_order,
        row_number() over (partition by type_order order by lower(segment_name), segment_key) as type_rank
    from segments
)

select * from numbered_segments
