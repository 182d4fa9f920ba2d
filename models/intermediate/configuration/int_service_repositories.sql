with service_repositories as (
    select * from {{ ref('service_repositories') }}
),

services as (
    select * from {{ ref('int_services') }}
),

catalogue_services as (
    select * from {{ ref('int_catalogue_services') }}
    where repository_key is not null
        and lower(repository_key) not in (select lower(service_repositories.repository_key) from service_repositories)
),

mapped as (
    select
        service_key,
        lower(repository_key) as repository_key,
        coalesce(path_prefix, '') as path_prefix
    from service_repositories
    union
    select
        service_key,
        lower(repository_key) as repository_key,
        path_prefix
    from catalogue_services
),

unmapped as (
    select
        service_key,
        service_key as repository_key,
        '' as path_prefix
    from services
    where not is_mapped
        and service_key not in (select repository_key from mapped)
        and service_key in (select repositories.repository_key from {{ ref('int_repositories') }} as repositories)
)

select * from mapped
union all
select * from unmapped
