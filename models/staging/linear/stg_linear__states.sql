{#- What every state is called, and of which type it is: from the list of all, and from the issues that are in them. -#}
with listed as (select * from {{ ref("base_linear__states") }} where is_set_aside is not true),

issues as (select * from {{ ref("base_linear__issues") }} where is_set_aside is not true),

tellings as (
    select state_id, state_name, state_type, concat({{ iso_utc("updated_at") }}, state_name) as seen from listed
    union all
    select state_id, state_name, state_type, concat({{ iso_utc("updated_at") }}, state_name) from issues
),

types as (
    select state_id, max_by(state_name, seen) as state_name, max_by(state_type, seen) as state_type
    from tellings
    where state_type is not null
    group by state_id
),

states as (
    select
        state_id,
        state_name,
        state_type,
        case
            when state_type in ('completed', 'canceled', 'duplicate') then 'done'
            when state_type = 'started' then 'in_progress'
            else 'todo'
        end as category
    from types
)

select * from states
