-- Which services an incident hit: those that its reports name, else the one of its repository, else what its tool calls it.
with reports as (
    select reports.*, links.incident_key
    from {{ ref('int_incident_reports') }} as reports
    inner join {{ ref('int_incident_links') }} as links on reports.report_key = links.report_key
),

names as (
    select * from {{ ref('int_service_names') }}
),

project_services as (
    select * from {{ ref('project_services') }}
),

repository_services as (
    select * from {{ ref('int_repository_services') }}
),

named as (
    {%- for column in ['service_names', 'service_aliases'] %}
    select reports.incident_key, names.service_key, names.is_mapped, {{ 'true' if column == 'service_names' else 'false' }} as is_name
    from reports, {{ explode('reports.' ~ column, 'service_name') }}
    inner join names on reports.source = names.source and _service_name.service_name = names.service_name
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

told as (
    select incident_key, service_key, 1 as rank_of_origin from named
    where is_mapped
    union all
    select reports.incident_key, repository_services.service_key, 2 as rank_of_origin
    from reports
    inner join repository_services on reports.repository_key = repository_services.repository_key
    union all
    select reports.incident_key, project_services.service_key, 3 as rank_of_origin
    from reports
    inner join project_services
        on reports.project_key = lower(project_services.project_key)
        and reports.opened_at >= coalesce(project_services.valid_from, reports.opened_at)
        and (project_services.valid_until is null or reports.opened_at < project_services.valid_until)
    union all
    select incident_key, repository_key as service_key, 4 as rank_of_origin
    from reports
    where repository_key is not null
    union all
    -- what nobody has mapped is what its names say, whatever its ids
    select incident_key, service_key, 5 as rank_of_origin from named
    where is_name
    union all
    select incident_key, concat(source, ':service:unknown') as service_key, 6 as rank_of_origin
    from reports
)

select distinct incident_key, service_key
from told
qualify rank_of_origin = min(rank_of_origin) over (partition by incident_key)
