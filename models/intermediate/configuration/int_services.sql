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
),

whole_repositories as (
    select repository_key
    from service_repositories
    where coalesce(path_prefix, '') = ''
    group by repository_key
    having count(distinct service_key) = 1
),

-- a repository that no service claims, or not all of it, stands for itself, so that nothing is left out until somebody maps it
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
    where repository_key not in (select lower(repository_key) from whole_repositories)
        and repository_key not in (select service_key from services)
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
