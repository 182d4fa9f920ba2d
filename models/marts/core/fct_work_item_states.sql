-- What each work item was in, from when until when: its statuses as the seed reads them, waiting while it is blocked.
with work_items as (
    select * from {{ ref('int_work_items') }}
),

transitions as (
    select * from {{ ref('int_work_item_transitions') }}
),

statuses as (
    select * from {{ ref('int_work_item_statuses') }}
),

told as (
    select
        work_item_key,
        min_by(from_status, (occurred_at, transition_key)) as first_status,
        count(*) filter (where kind = 'status') > 0 as has_statuses,
        count(*) filter (where kind = 'closed') > 0 as has_closing
    from transitions
    where kind in ('status', 'closed')
    group by work_item_key
),

-- where it began: the status that it left first, or in which it has always been
starts as (
    select
        work_items.work_item_key,
        work_items.created_at as started_at,
        case when told.has_statuses then told.first_status else work_items.status_name end as status_name,
        false as is_closed,
        cast(null as varchar) as blocking,
        work_items.record_key,
        '' as tie
    from work_items
    left join told on work_items.work_item_key = told.work_item_key
    where work_items.created_at is not null
),

-- a tracker without statuses tells of closing and reopening alone, or of when it was closed
steps as (
    select
        transitions.work_item_key,
        transitions.occurred_at as started_at,
        transitions.to_status as status_name,
        transitions.kind = 'closed' as is_closed,
        case when transitions.kind in ('blocked', 'unblocked') then transitions.kind end as blocking,
        transitions.record_key,
        transitions.transition_key as tie
    from transitions
    left join told on transitions.work_item_key = told.work_item_key
    where transitions.kind in ('status', 'blocked', 'unblocked')
        or (transitions.kind in ('closed', 'reopened') and told.has_statuses is not true)
    union all
    select work_items.work_item_key, work_items.closed_at, work_items.status_name, true, null, work_items.record_key, 'closed'
    from work_items
    left join told on work_items.work_item_key = told.work_item_key
    where work_items.closed_at is not null and told.has_statuses is not true and told.has_closing is not true
),

-- each step carries on what the one before says of what it does not touch
numbered as (
    select
        *,
        count(case when blocking is null then 1 end) over in_order as status_step,
        count(blocking) over in_order as blocking_step
    from (
        select * from starts
        union all
        select * from steps
    )
    window in_order as (partition by work_item_key order by started_at, tie rows between unbounded preceding and current row)
),

carried as (
    select
        work_item_key,
        started_at,
        record_key,
        max(status_name) over (partition by work_item_key, status_step) as status_name,
        bool_or(is_closed) over (partition by work_item_key, status_step) as is_closed,
        max(blocking) over (partition by work_item_key, blocking_step) = 'blocked' as is_blocked,
        lead(started_at) over (partition by work_item_key order by started_at, tie) as ended_at
    from numbered
)

select
    md5(concat(carried.work_item_key, '|', {{ iso_utc('carried.started_at') }})) as work_item_state_key,
    carried.work_item_key,
    case
        when carried.is_closed or statuses.state = 'done' then 'done'
        when carried.is_blocked and statuses.state = 'active' then 'waiting'
        else statuses.state
    end as state,
    carried.status_name,
    coalesce(carried.is_blocked, false) as is_blocked,
    carried.started_at,
    carried.ended_at,
    {{ list_of('carried.record_key') }} as record_keys
from carried
inner join work_items on carried.work_item_key = work_items.work_item_key
left join statuses
    on work_items.source = statuses.source
    and work_items.project_key = statuses.project_key
    and carried.status_name = statuses.status_name
-- of several at one moment the last counts
where carried.ended_at is null or carried.ended_at > carried.started_at
