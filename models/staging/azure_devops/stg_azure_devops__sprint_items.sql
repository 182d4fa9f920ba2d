with revisions as (select * from {{ ref("stg_azure_devops__revisions") }}),

iterations as (
    select project_key, path, max(sprint_key) as sprint_key
    from {{ ref("base_azure_devops__iterations") }}
    where is_set_aside is not true and path is not null
    group by 1, 2
),

sprints as (select * from {{ ref("stg_azure_devops__sprints") }}),

-- a stay begins where the iteration changes, and ends at the next change
moves as (
    select
        work_item_key, project_key, iteration_path, changed_at, record_key, _dlt_load_id,
        lead(changed_at) over (partition by work_item_key order by revision) as left_at
    from revisions
    where previous_revision is null or iteration_path <> coalesce(previous_iteration, '')
),

-- a sprint begins on a day without an hour: what is planned on it is planned as it begins
stays as (
    select
        iterations.sprint_key,
        moves.work_item_key,
        case when cast(moves.changed_at as date) = cast(sprints.starts_at as date) then sprints.starts_at else moves.changed_at end as added_at,
        case when cast(moves.left_at as date) = cast(sprints.starts_at as date) then sprints.starts_at else moves.left_at end as removed_at,
        moves.record_key,
        moves._dlt_load_id
    from moves
    inner join iterations on moves.project_key = iterations.project_key and moves.iteration_path = iterations.path
    inner join sprints on iterations.sprint_key = sprints.sprint_key
),

sprint_items as (
    select
        'azure_devops' as source,
        sprint_key,
        work_item_key,
        added_at,
        removed_at,
        record_key,
        _dlt_load_id
    from stays
    qualify row_number() over (partition by sprint_key, work_item_key, added_at order by removed_at desc nulls first, record_key) = 1
)

select * from sprint_items
