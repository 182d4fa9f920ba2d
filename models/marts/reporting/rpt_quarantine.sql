with quarantine as (
    select * from {{ ref('fct_quarantine') }}
),

services as (
    select * from {{ ref('dim_services') }}
),

grouped as (
    select
        quarantine.source,
        quarantine.stage,
        quarantine.repository_key,
        quarantine.service_key,
        quarantine.event,
        quarantine.json_path,
        quarantine.reason,
        quarantine.is_set_aside,
        count(*) as problem_count,
        count(*) filter (where quarantine.is_open) as open_count,
        min(quarantine.received_at) as first_at,
        max(quarantine.received_at) as last_at
    from quarantine
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

-- a sender chooses paths and events: the page stays short whatever is sent
ordered as (
    select
        *,
        count(*) over () as group_count,
        row_number() over (
            order by open_count desc, problem_count desc, source, repository_key, event, json_path, reason, stage, is_set_aside
        ) as row_order
    from grouped
)

select
    -- ids
    ordered.source,
    coalesce(ordered.repository_key, 'unknown') as repository_key,
    -- text
    services.service_name,
    ordered.event,
    ordered.json_path,
    ordered.reason,
    case
        when ordered.stage = 'landing' then 'not read'
        when ordered.is_set_aside then 'set aside'
        else 'used without it'
    end as effect,
    {{ minute_text('ordered.first_at') }} as first_text,
    {{ minute_text('ordered.last_at') }} as last_text,
    -- numbers
    ordered.problem_count,
    ordered.open_count,
    ordered.row_order,
    ordered.group_count
from ordered
left join services on ordered.service_key = services.service_key
where ordered.row_order <= 200
