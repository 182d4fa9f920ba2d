-- The one service of a repository, or of its root where folders belong to others.
with service_repositories as (
    select * from {{ ref('int_service_repositories') }}
)

select
    repository_key,
    coalesce(min(case when path_prefix = '' then service_key end), min(service_key)) as service_key
from service_repositories
group by repository_key
having count(distinct service_key) = 1 or count(distinct case when path_prefix = '' then service_key end) = 1
