-- What was in each sprint when it began, what came, what left, and what was done when it ended.
with sprints as (
    select *, coalesce(completed_at, case when state = 'closed' then ends_at end) as ended_at
    from {{ ref('int_sprints') }}
    where starts_at is not null and state <> 'future'
),

work_items as (
    select * from {{ ref('fct_work_items') }}
),

states as (
    select work_item_key, started_at, ended_at
    from {{ ref('fct_work_item_states') }}
    where state = 'done'
),

stays as (
    select
        stays.work_item_key,
        stays.added_at,
        stays.removed_at,
        sprints.sprint_key,
        sprints.starts_at,
        sprints.ended_at,
        stays.added_at <= sprints.starts_at as is_from_before,
        -- what a tool moves on as it closes the sprint was in it to the end
        coalesce(stays.removed_at < sprints.ended_at - interval 5 minutes, stays.removed_at is not null) as is_left,
        stays.record_key
    from {{ ref('int_sprint_stays') }} as stays
    inner join sprints on stays.sprint_key = sprints.sprint_key
    where coalesce(stays.removed_at > sprints.starts_at, true)
        and coalesce(stays.added_at < sprints.ended_at, true)
),

items as (
    select
        sprint_key,
        work_item_key,
        min(starts_at) as starts_at,
        min(ended_at) as ended_at,
        min(added_at) as added_at,
        bool_or(is_from_before) as is_committed,
        bool_and(is_left) as is_removed,
        case when bool_and(is_left) then max(removed_at) end as removed_at,
        {{ agg_sorted('record_key') }} as record_keys
    from stays
    group by sprint_key, work_item_key
),

delivered as (
    select distinct items.sprint_key, items.work_item_key
    from items
    inner join states
        on items.work_item_key = states.work_item_key
        and states.started_at > items.starts_at
        and coalesce(states.started_at <= items.ended_at, true)
        -- what was opened again before the end was not delivered
        and (states.ended_at is null or states.ended_at > items.ended_at)
    where not items.is_removed
)

select
    md5(concat(items.sprint_key, '|', items.work_item_key)) as sprint_item_key,
    items.sprint_key,
    items.work_item_key,
    sprints.project_key,
    work_items.service_key,
    work_items.team_key,
    work_items.work_type,
    work_items.estimate,
    sprints.state as sprint_state,
    items.is_committed,
    not items.is_committed as is_added,
    items.is_removed,
    -- what was given up was not delivered, though its status is one of the last
    delivered.work_item_key is not null and coalesce(work_items.resolution, 'completed') not in ('not_planned', 'duplicate') as is_delivered,
    items.starts_at,
    sprints.ends_at,
    items.ended_at,
    items.added_at,
    items.removed_at,
    sprints.url,
    items.record_keys
from items
inner join sprints on items.sprint_key = sprints.sprint_key
inner join work_items on items.work_item_key = work_items.work_item_key
left join delivered on items.sprint_key = delivered.sprint_key and items.work_item_key = delivered.work_item_key
