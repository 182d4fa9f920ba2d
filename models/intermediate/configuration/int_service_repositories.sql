with service_repositories as (
    select * from {{ ref('service_repositories') }}
),

services as (
    select * from {{ ref('int_services') }}
),

mapped as (
    select distinct
        service_key,
        lower(repository_key) as repository_key,
        coalesce(path_prefix, '') as path_prefix
    from service_repositories
),

unmapped as (
    select
        service_key,
        service_key as repository_key,
        '' as path_prefix
    from services
    where not is_mapped
        and service_key not in (select repository_key from mapped)
)

select * from mapped
union all
select * from unmapped
