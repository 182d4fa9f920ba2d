with versions as (
    select * from {{ ref("base_azure_devops__work_items") }} where is_set_aside is not true
),

types as (
    select
        project_key, type_name, state,
        max(case category when 'Proposed' then 'todo' when 'InProgress' then 'in_progress' when 'Resolved' then 'in_progress'
            when 'Completed' then 'done' when 'Removed' then 'done' end) as category,
        bool_or(category = 'Removed') as is_removed
    from {{ ref("base_azure_devops__work_item_types") }}
    where is_set_aside is not true
    group by 1, 2, 3
),

-- a revision never changes, whichever door it came through
revisions as (
    select
        versions.*,
        -- where the types are not read, the states of the shipped processes
        coalesce(types.category, case
            when lower(versions.state) in ('new', 'proposed', 'to do', 'approved') then 'todo'
            when lower(versions.state) in ('active', 'committed', 'doing', 'in progress', 'resolved') then 'in_progress'
            when lower(versions.state) in ('closed', 'done', 'removed') then 'done'
        end) as category,
        coalesce(types.is_removed, lower(versions.state) = 'removed') as is_removed
    from versions
    left join types
        on versions.project_key = types.project_key and versions.type_name = types.type_name and versions.state = types.state
    qualify row_number() over (partition by versions.revision_key order by versions.record_key) = 1
),

steps as (
    select
        *,
        lag(state) over (partition by work_item_key order by revision) as previous_state,
        lag(category) over (partition by work_item_key order by revision) as previous_category,
        lag(iteration_path) over (partition by work_item_key order by revision) as previous_iteration,
        lag(revision) over (partition by work_item_key order by revision) as previous_revision,
        lag(project_key) over (partition by work_item_key order by revision) as previous_project,
        lag(estimate) over (partition by work_item_key order by revision) as previous_estimate
    from revisions
)

select
    *,
    -- what came before the first that was seen is told by that one alone
    case when previous_revision is null then coalesce(state_changed_at, changed_at) else changed_at end as entered_at
from steps
