with services as (
    select * from {{ ref('int_services') }}
),

service_repositories as (
    select * from {{ ref('int_service_repositories') }}
),

-- what stands in for the unclaimed part of a repository is worth a row only where something happened in it
used as (
    select service_key from service_repositories
    union
    select service_key from {{ ref('int_change_services') }}
    union
    select service_key from {{ ref('int_incidents') }}
    union
    select service_key from {{ ref('int_candidate_services') }}
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
    coalesce(repositories.repository_keys, {{ no_texts() }}) as repository_keys
from services
left join repositories on services.service_key = repositories.service_key
where services.is_mapped or services.service_key in (select service_key from used)
