with services as (
    select * from {{ ref('services') }}
),

service_repositories as (
    select * from {{ ref('service_repositories') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

settings as (
    select * from {{ ref('int_settings') }}
),

catalogue_services as (
    select * from {{ ref('int_catalogue_services') }}
    where service_key not in (select services.service_key from services)
),

names as (
    select * from {{ ref('int_service_names') }} where is_shown and not is_mapped
),

mapped as (
    select
        service_key,
        coalesce(service_name, service_key) as service_name,
        product_area,
        tier,
        incident_window_hours,
        change_branches,
        true as is_mapped
    from services
    union all
    select
        service_key,
        min_by(service_name, entity_key) as service_name,
        min_by(product_area, entity_key) as product_area,
        min_by(tier, entity_key) as tier,
        cast(null as double) as incident_window_hours,
        cast(null as varchar) as change_branches,
        true as is_mapped
    from catalogue_services
    group by service_key
),

whole_repositories as (
    select lower(repository_key) as repository_key
    from (
        select service_key, repository_key, path_prefix from service_repositories
        union all
        select service_key, repository_key, path_prefix from catalogue_services
    )
    where coalesce(path_prefix, '') = ''
    group by lower(repository_key)
    having count(distinct service_key) = 1
),

-- a repository that no service claims, or not all of it, stands for itself, as does a name that is not mapped: nothing is left out
unmapped as (
    select
        repository_key as service_key,
        repository_key as service_name,
        cast(null as varchar) as product_area,
        cast(null as varchar) as tier,
        cast(null as double) as incident_window_hours,
        cast(null as varchar) as change_branches,
        false as is_mapped
    from repositories
    where repository_key not in (select repository_key from whole_repositories where repository_key is not null)
        and repository_key not in (select service_key from services)
    union all
    select
        service_key,
        min(service_name) as service_name,
        cast(null as varchar) as product_area,
        cast(null as varchar) as tier,
        cast(null as double) as incident_window_hours,
        cast(null as varchar) as change_branches,
        false as is_mapped
    from names
    group by service_key
),

all_services as (
    select * from mapped
    union all
    select * from unmapped
)

select
    all_services.service_key,
    all_services.service_name,
    all_services.product_area,
    all_services.tier,
    coalesce(all_services.incident_window_hours, settings.incident_window_hours) as incident_window_hours,
    all_services.change_branches,
    all_services.is_mapped
from all_services
cross join settings
