-- Which services a commit belongs to: all of an undivided repository's; of a monorepo's, those whose paths it touches.
with service_repositories as (
    select * from {{ ref('int_service_repositories') }}
),

commits as (
    select * from {{ ref('int_commits') }}
),

paths as (
    select * from {{ ref('int_commit_paths') }}
),

by_repository as (
    select commits.repository_key, commits.commit_sha, service_repositories.service_key
    from service_repositories
    inner join commits on service_repositories.repository_key = commits.repository_key
    where service_repositories.path_prefix = ''
),

by_path as (
    select paths.repository_key, paths.commit_sha, service_repositories.service_key
    from service_repositories
    inner join paths
        on service_repositories.repository_key = paths.repository_key
        and starts_with(paths.path, service_repositories.path_prefix)
    where service_repositories.path_prefix <> ''
),

-- where the paths are not known, the services cannot be told apart
by_ignorance as (
    select commits.repository_key, commits.commit_sha, service_repositories.service_key
    from service_repositories
    inner join commits on service_repositories.repository_key = commits.repository_key
    where service_repositories.path_prefix <> '' and not commits.has_paths and not commits.is_merge
)

select * from by_repository
union
select * from by_path
union
select * from by_ignorance
