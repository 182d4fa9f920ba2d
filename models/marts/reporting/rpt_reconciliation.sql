with reconciliation as (
    select * from {{ ref('fct_reconciliation') }}
),

missed as (
    select source, entity, max(missed_at) as last_missed_at
    from {{ ref('fct_missed_deliveries') }}
    group by source, entity
),

counted as (
    select
        source,
        entity,
        count(*) filter (where state = 'checked') as checked_count,
        count(*) filter (where state = 'not checked') as not_checked_count,
        count(*) filter (where state = 'not connected') as not_connected_count,
        count(*) filter (where state = 'not subscribed') as not_subscribed_count,
        cast(sum(due_count) as bigint) as due_count,
        cast(sum(missed_count) as bigint) as missed_count,
        cast(sum(end_due_count) as bigint) as end_due_count,
        cast(sum(end_missed_count) as bigint) as end_missed_count
    from reconciliation
    group by source, entity
)

select
    -- ids
    counted.source,
    -- text
    replace(counted.entity, '_', ' ') as entity_text,
    case when counted.due_count > 0 then {{ tenths('100.0 * counted.missed_count / counted.due_count') }} || ' %' end as missed_text,
    case
        when counted.end_due_count > 0
            then {{ tenths('100.0 * counted.end_missed_count / counted.end_due_count') }} || ' %'
    end as end_missed_text,
    {{ minute_text('missed.last_missed_at') }} as last_missed_text,
    -- numbers
    counted.checked_count,
    counted.not_checked_count,
    counted.not_connected_count,
    counted.not_subscribed_count,
    counted.due_count,
    counted.missed_count,
    counted.end_due_count,
    counted.end_missed_count
from counted
left join missed
    on counted.source = missed.source
    and counted.entity = missed.entity
