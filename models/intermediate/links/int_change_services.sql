-- Which services a change touches; its repository stands in where it touches none that is mapped.
with changes as (
    select change_key, repository_key from {{ ref('int_changes') }}
),

change_commits as (
    select change_key, repository_key, commit_sha from {{ ref('int_change_commits') }}
),

commit_services as (
    select * from {{ ref('int_commit_services') }}
),

service_repositories as (
    select * from {{ ref('int_service_repositories') }}
),

-- an undivided repository needs no paths
by_repository as (
    select changes.change_key, service_repositories.service_key
    from changes
    inner join service_repositories
        on changes.repository_key = service_repositories.repository_key and service_repositories.path_prefix = ''
),

by_commit as (
    select change_commits.change_key, commit_services.service_key
    from change_commits
    inner join commit_services
        on change_commits.repository_key = commit_services.repository_key
        and change_commits.commit_sha = commit_services.commit_sha
),

touched as (
    select change_key, service_key from by_repository
    union
    select change_key, service_key from by_commit
)

select
    changes.change_key,
    changes.repository_key,
    coalesce(touched.service_key, changes.repository_key) as service_key
from changes
left join touched on changes.change_key = touched.change_key
