with coverage as (
    select * from {{ ref('dim_coverage') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
    where segment_type = 'service'
),

event_kinds as (
    select 'deployments' as event_kind
    union all
    select 'changes' as event_kind
    union all
    select 'incidents' as event_kind
),

covered as (
    select
        service_key,
        event_kind,
        min(covered_from) as covered_from,
        max(covered_until) as covered_until,
        -- since ever is no start
        count(*) filter (where covered_from is null or covered_from <= timestamp '1970-01-01 00:00:00') as unbounded_count,
        count(*) as interval_count
    from coverage
    group by service_key, event_kind
),

report_coverage as (
    select
        -- ids
        segments.segment_slug as service_slug,
        event_kinds.event_kind,
        -- text
        segments.segment_name as service_name,
        segments.segment_href as service_href,
        case
            when covered.interval_count is null then 'nothing loaded'
            when covered.unbounded_count > 0 then 'from the beginning until ' || {{ minute_text('covered.covered_until') }}
            else {{ day_text('covered.covered_from') }} || ' until ' || {{ minute_text('covered.covered_until') }}
        end as covered_text,
        -- numbers
        segments.segment_order,
        -- booleans
        covered.interval_count is not null as is_covered
    from segments
    cross join event_kinds
    left join covered
        on segments.segment_key = covered.service_key
        and event_kinds.event_kind = covered.event_kind
)

select * from report_coverage
