with windows as (
    select * from {{ ref('int_webhook_windows') }}
),

due_deliveries as (
    select * from {{ ref('int_due_deliveries') }}
),

counted as (
    select
        source,
        repository_key,
        entity,
        count(*) filter (where is_due) as due_count,
        count(*) filter (where is_missed) as missed_count,
        count(*) filter (where is_end_due) as end_due_count,
        count(*) filter (where is_end_missed) as end_missed_count
    from due_deliveries
    group by source, repository_key, entity
)

select
    windows.repository_key,
    windows.entity,
    windows.state,
    coalesce(counted.due_count, 0) as due_count,
    coalesce(counted.missed_count, 0) as missed_count,
    coalesce(counted.end_due_count, 0) as end_due_count,
    coalesce(counted.end_missed_count, 0) as end_missed_count,
    windows.first_webhook_at,
    windows.last_webhook_at,
    windows.checked_until,
    windows.due_until
from windows
left join counted
    on windows.source = counted.source
    and windows.repository_key = counted.repository_key
    and windows.entity = counted.entity
