with work_items as (
    select * from {{ ref('int_work_items') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

repository_services as (
    select * from {{ ref('int_repository_services') }}
),

project_services as (
    select * from {{ ref('project_services') }}
),

project_teams as (
    select * from {{ ref('project_teams') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
),

types as (
    select type_pattern, work_type, 0 as rank_of_origin from {{ ref('work_item_types') }}
    union all
    select type_pattern, work_type, 1 as rank_of_origin from {{ ref('default_work_item_types') }}
),

-- the type says more than a label
marks as (
    select work_item_key, type_name as mark, 0 as rank_of_mark from work_items
    where type_name is not null
    union all
    select work_items.work_item_key, _label.label as mark, 1 as rank_of_mark
    from work_items, {{ explode('work_items.labels', 'label') }}
),

known_marks as (
    select marks.mark, types.work_type, types.rank_of_origin, length(types.type_pattern) as pattern_length
    from (select distinct mark from marks) as marks
    inner join types on {{ re_match('marks.mark', 'types.type_pattern') }}
    qualify row_number() over (
        partition by marks.mark order by types.rank_of_origin, length(types.type_pattern) desc, types.type_pattern
    ) = 1
),

typed as (
    select marks.work_item_key, known_marks.work_type
    from marks
    inner join known_marks on marks.mark = known_marks.mark
    qualify row_number() over (
        partition by marks.work_item_key
        order by known_marks.rank_of_origin, marks.rank_of_mark, marks.mark
    ) = 1
),

named as (
    select work_items.work_item_key, min(service_names.service_key) as service_key
    from work_items, {{ explode('work_items.service_names', 'service_name') }}
    inner join service_names
        on work_items.source = service_names.source and _service_name.service_name = service_names.service_name
    group by work_items.work_item_key
    having count(distinct service_names.service_key) = 1
),

placed as (
    select
        work_items.*,
        coalesce(named.service_key, project_services.service_key, repository_services.service_key) as hit_service_key,
        project_teams.team_key as project_team_key
    from work_items
    left join named on work_items.work_item_key = named.work_item_key
    left join repository_services on work_items.repository_key = repository_services.repository_key
    left join project_services
        on work_items.project_key = lower(project_services.project_key)
        and (project_services.valid_from is null or work_items.created_at >= project_services.valid_from)
        and (project_services.valid_until is null or work_items.created_at < project_services.valid_until)
    left join project_teams
        on work_items.project_key = lower(project_teams.project_key)
        and (project_teams.valid_from is null or work_items.created_at >= project_teams.valid_from)
        and (project_teams.valid_until is null or work_items.created_at < project_teams.valid_until)
    qualify row_number() over (
        partition by work_items.work_item_key order by project_services.service_key, project_teams.team_key
    ) = 1
)

select
    placed.work_item_key,
    placed.repository_key,
    placed.project_key,
    placed.number,
    placed.type_name,
    placed.state,
    placed.resolution,
    placed.reopened_count,
    placed.created_at,
    placed.closed_at,
    placed.url,
    {{ list_of('placed.record_key') }} as record_keys,
    placed.source,
    placed.hit_service_key as service_key,
    coalesce(placed.project_team_key, owners.team_key) as team_key,
    coalesce(typed.work_type, 'other') as work_type,
    placed.status_name,
    placed.status_category,
    placed.priority_name,
    placed.estimate,
    placed.parent_key
from placed
left join typed on placed.work_item_key = typed.work_item_key
left join owners
    on placed.hit_service_key = owners.service_key
    and placed.created_at >= owners.valid_from and placed.created_at < owners.valid_until
