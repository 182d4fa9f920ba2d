with versions as (select * from {{ ref("base_jira__sprints") }} where is_set_aside is not true),

boards as (select * from {{ ref("base_jira__directory") }} where entity = 'boards' and is_set_aside is not true),

projects as (select * from {{ ref("stg_jira__projects") }}),

sprint_items as (select * from {{ ref("stg_jira__sprint_items") }}),

work_items as (select * from {{ ref("stg_jira__work_items") }}),

merged as (
    select
        sprint_key,
        max_by(record_key, version_key) as record_key,
        max_by(board_id, version_key) as board_id,
        {{ latest("name") }} as name,
        lower({{ latest("state") }}) as state,
        {{ ts_utc(latest("starts_at")) }} as starts_at,
        {{ ts_utc(latest("ends_at")) }} as ends_at,
        -- of one that was opened again the former end is none
        case when lower({{ latest("state") }}) = 'closed' then {{ ts_utc(latest("completed_at")) }} end as completed_at,
        coalesce(bool_or(event in ('sprint_deleted', 'sprints.gone')), false) as is_deleted,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by sprint_key
),

board_projects as (
    select boards.id as board_id, max_by(coalesce(projects.project_code, lower(boards.project_code)), boards.received_at) as project_code
    from boards
    left join projects on boards.project_id = projects.project_id
    group by boards.id
),

-- where no board says whose the sprint is, most of its items do
item_projects as (
    select sprint_items.sprint_key, work_items.project_key
    from sprint_items
    inner join work_items on sprint_items.work_item_key = work_items.work_item_key
    group by sprint_items.sprint_key, work_items.project_key
    qualify row_number() over (partition by sprint_items.sprint_key order by count(distinct work_items.work_item_key) desc, work_items.project_key) = 1
),

sprints as (
    select
        'jira' as source,
        merged.sprint_key,
        coalesce('jira:' || board_projects.project_code, item_projects.project_key, 'jira:board:' || merged.board_id) as project_key,
        merged.name,
        merged.state,
        merged.starts_at,
        merged.ends_at,
        merged.completed_at,
        merged.is_deleted,
        cast(null as varchar) as url,
        merged.record_key,
        merged._dlt_load_id
    from merged
    left join board_projects on merged.board_id = board_projects.board_id
    left join item_projects on merged.sprint_key = item_projects.sprint_key
)

select * from sprints
