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
    windows.source,
    windows.repository_key,
    windows.entity,
    windows.state,
    -- nobody knows where nothing was checked
    {%- for count in ['due_count', 'missed_count', 'end_due_count', 'end_missed_count'] %}
    case when windows.state = 'checked' then coalesce(counted.{{ count }}, 0) end as {{ count }},
    {%- endfor %}
    windows.first_webhook_at,
    windows.last_webhook_at,
    windows.checked_until,
    windows.due_until
from windows
left join counted
    on windows.source = counted.source
    and windows.repository_key = counted.repository_key
    and windows.entity = counted.entity
