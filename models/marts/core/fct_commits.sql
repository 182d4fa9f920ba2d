with commits as (
    select * from {{ ref('int_commits') }}
),

commit_services as (
    select * from {{ ref('int_commit_services') }}
),

-- where no graph is known, a commit that a change brought went live with the change
carried as (
    select service_key, repository_key, commit_sha, finished_at, deployment_key, is_first, link_method
    from {{ ref('int_deployment_commits') }}
    where is_production
    union all
    select
        change_deployments.service_key,
        change_commits.repository_key,
        change_commits.commit_sha,
        change_deployments.deployed_at as finished_at,
        change_deployments.deployment_key,
        change_deployments.is_first,
        change_deployments.link_method
    from {{ ref('int_change_deployments') }} as change_deployments
    inner join {{ ref('int_change_commits') }} as change_commits
        on change_deployments.change_key = change_commits.change_key
    where change_deployments.link_method <> 'ancestry'
        and (change_commits.is_merge or change_commits.is_rewritten)
),

-- of several production environments, the first that got it
first_deployments as (
    select *
    from carried
    qualify row_number() over (
        partition by service_key, repository_key, commit_sha
        order by case link_method when 'ancestry' then 1 else 2 end, finished_at, deployment_key
    ) = 1
),

-- on the default branch, or on another that counts
landed as (
    select repository_key, commit_sha from {{ ref('int_mainline_entries') }}
    union
    select change_commits.repository_key, change_commits.commit_sha
    from {{ ref('int_change_commits') }} as change_commits
    inner join {{ ref('int_changes') }} as changes on change_commits.change_key = changes.change_key
    where change_commits.is_merge or change_commits.is_rewritten
),

owners as (
    select * from {{ ref('int_service_teams') }}
)

select
    md5(concat(commits.repository_key, '|', commits.commit_sha, '|', commit_services.service_key)) as commit_service_key,
    commits.commit_sha,
    commits.repository_key,
    commit_services.service_key,
    owners.team_key,
    commits.is_merge,
    commits.authored_at,
    commits.committed_at,
    first_deployments.finished_at as deployed_at,
    first_deployments.deployment_key,
    first_deployments.link_method,
    not coalesce(first_deployments.is_first, false) as is_measured,
    commits.record_keys
from commits
inner join commit_services
    on commits.repository_key = commit_services.repository_key and commits.commit_sha = commit_services.commit_sha
left join first_deployments
    on commit_services.repository_key = first_deployments.repository_key
    and commit_services.commit_sha = first_deployments.commit_sha
    and commit_services.service_key = first_deployments.service_key
left join landed
    on commits.repository_key = landed.repository_key and commits.commit_sha = landed.commit_sha
left join owners
    on commit_services.service_key = owners.service_key
    and commits.committed_at >= owners.valid_from and commits.committed_at < owners.valid_until
-- what was squashed, rewritten or is still on a branch waits for nothing
where landed.commit_sha is not null or first_deployments.commit_sha is not null
