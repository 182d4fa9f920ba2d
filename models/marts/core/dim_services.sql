with services as (
    select * from {{ ref('int_services') }}
),

service_repositories as (
    select * from {{ ref('int_service_repositories') }}
),

repositories as (
    select service_key, {{ agg_sorted('repository_key') }} as repository_keys
    from service_repositories
    group by service_key
)

select
    services.service_key,
    services.service_name,
    services.product_area,
    services.tier,
    services.is_mapped,
    coalesce(repositories.repository_keys, cast([] as varchar[])) as repository_keys
from services
left join repositories on services.service_key = repositories.service_key
