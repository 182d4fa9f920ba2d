with revisions as (select * from {{ ref("stg_azure_devops__revisions") }}),

iterations as (
    select path, max(sprint_key) as sprint_key
    from {{ ref("base_azure_devops__iterations") }}
    where is_set_aside is not true and path is not null
    group by 1
),

-- a stay begins where the iteration changes, and ends at the next change
moves as (
    select
        work_item_key, iteration_path, changed_at, record_key, _dlt_load_id,
        lead(changed_at) over (partition by work_item_key order by revision) as left_at
    from revisions
    where previous_revision is null or iteration_path <> coalesce(previous_iteration, '')
),

sprint_items as (
    select
        'azure_devops' as source,
        iterations.sprint_key,
        moves.work_item_key,
        moves.changed_at as added_at,
        moves.left_at as removed_at,
        moves.record_key,
        moves._dlt_load_id
    from moves
    inner join iterations on moves.iteration_path = iterations.path
    qualify row_number() over (
        partition by iterations.sprint_key, moves.work_item_key, moves.changed_at order by moves.record_key
    ) = 1
)

select * from sprint_items
