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
)

select
    -- ids
    grouped.source,
    coalesce(grouped.repository_key, 'unknown') as repository_key,
    -- text
    services.service_name,
    grouped.event,
    grouped.json_path,
    grouped.reason,
    case
        when grouped.stage = 'landing' then 'not read'
        when grouped.is_set_aside then 'set aside'
        else 'used without it'
    end as effect,
    {{ minute_text('grouped.first_at') }} as first_text,
    {{ minute_text('grouped.last_at') }} as last_text,
    -- numbers
    grouped.problem_count,
    grouped.open_count
from grouped
left join services on grouped.service_key = services.service_key
