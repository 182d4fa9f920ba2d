-- Roll-backs, reverts and hotfixes: the deployment that each blames, and when the remedy was live.
with deployments as (
    select * from {{ ref('int_production_deployments') }}
),

rollbacks as (
    select rollbacks.*
    from {{ ref('int_rollbacks') }} as rollbacks
    inner join deployments on rollbacks.deployment_key = deployments.deployment_key
),

commits as (
    select * from {{ ref('int_commits') }} where {{ list_size('reverted_shas') }} > 0
),

deployment_commits as (
    select * from {{ ref('int_deployment_commits') }} where is_production
),

hotfixes as (
    select change_key, opened_at, first_commit_at, merged_at, record_keys
    from {{ ref('int_changes') }}
    where is_hotfix
),

change_services as (
    select * from {{ ref('int_change_services') }}
),

change_deployments as (
    select * from {{ ref('int_change_deployments') }}
),

reverted as (
    select commits.repository_key, commits.commit_sha, _reverted.reverted
    from commits, {{ explode('commits.reverted_shas', 'reverted') }}
),

by_rollback as (
    select
        replaced_deployment_key as deployment_key,
        service_key,
        'rollback' as evidence,
        deployment_key as evidence_key,
        deployment_key as remedy_deployment_key,
        finished_at as occurred_at,
        finished_at as recovered_at
    from rollbacks
),

-- a commit that was reverted before it went live never failed there
by_revert as (
    select distinct
        blamed.deployment_key,
        blamed.service_key,
        'revert' as evidence,
        reverted.commit_sha as evidence_key,
        remedy.deployment_key as remedy_deployment_key,
        remedy.finished_at as occurred_at,
        remedy.finished_at as recovered_at
    from reverted
    inner join deployment_commits as remedy
        on reverted.repository_key = remedy.repository_key and reverted.commit_sha = remedy.commit_sha
    inner join deployment_commits as blamed
        on remedy.repository_key = blamed.repository_key and remedy.service_key = blamed.service_key
        and remedy.environment = blamed.environment and starts_with(blamed.commit_sha, reverted.reverted)
    where blamed.ordinal < remedy.ordinal and not blamed.is_first
),

-- of what was live when the hotfix was begun, the latest is blamed
by_hotfix as (
    select
        max_by(deployments.deployment_key, (deployments.finished_at, deployments.rollout_key)) as deployment_key,
        change_services.service_key,
        'hotfix' as evidence,
        hotfixes.change_key as evidence_key,
        max(change_deployments.deployment_key) as remedy_deployment_key,
        coalesce(hotfixes.opened_at, hotfixes.first_commit_at, hotfixes.merged_at) as occurred_at,
        max(change_deployments.deployed_at) as recovered_at
    from hotfixes
    inner join change_services on hotfixes.change_key = change_services.change_key
    inner join deployments
        on change_services.service_key = deployments.service_key
        and deployments.finished_at <= coalesce(hotfixes.opened_at, hotfixes.first_commit_at, hotfixes.merged_at)
    left join change_deployments
        on hotfixes.change_key = change_deployments.change_key and change_services.service_key = change_deployments.service_key
    group by change_services.service_key, hotfixes.change_key, hotfixes.opened_at, hotfixes.first_commit_at, hotfixes.merged_at
)

select * from by_rollback
union all
select * from by_revert
union all
select * from by_hotfix
