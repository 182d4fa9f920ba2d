-- What each status of a tracker means: by the company's seed, else by its category and name.
with mappings as (
    select source, project_pattern, cast(null as varchar) as status_category, status_pattern, state, 0 as rank_of_origin
    from {{ ref('work_item_statuses') }}
    union all
    select null as source, null as project_pattern, status_category, status_pattern, state, 1 as rank_of_origin
    from {{ ref('default_work_item_statuses') }}
),

work_items as (
    select * from {{ ref('int_work_items') }}
),

transitions as (
    select transitions.*, work_items.project_key
    from {{ ref('int_work_item_transitions') }} as transitions
    inner join work_items on transitions.work_item_key = work_items.work_item_key
    where transitions.kind in ('status', 'created')
),

-- a status that was left is told by its name alone: where it was entered, its category was told
statuses as (
    select source, project_key, status_name, max(status_category) as status_category
    from (
        select source, project_key, status_name, status_category from work_items
        union all
        select source, project_key, to_status as status_name, to_category as status_category from transitions
        union all
        select source, project_key, from_status as status_name, cast(null as varchar) as status_category from transitions
    )
    where status_name is not null
    group by source, project_key, status_name
)

select
    statuses.source,
    statuses.project_key,
    statuses.status_name,
    statuses.status_category,
    mappings.state,
    mappings.rank_of_origin = 0 as is_mapped
from statuses
left join mappings
    on statuses.source = coalesce(lower(mappings.source), statuses.source)
    and (mappings.project_pattern is null or {{ re_match('statuses.project_key', 'mappings.project_pattern') }})
    and (mappings.status_pattern is null or {{ re_match('statuses.status_name', 'mappings.status_pattern') }})
    and (mappings.status_category is null or statuses.status_category = mappings.status_category)
qualify row_number() over (
    partition by statuses.source, statuses.project_key, statuses.status_name
    order by
        mappings.rank_of_origin nulls last,
        mappings.project_pattern is null,
        mappings.source is null,
        mappings.status_pattern is null,
        length(mappings.status_pattern) desc nulls last,
        mappings.status_pattern
) = 1
