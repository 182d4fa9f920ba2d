with deployments as (
    select * from {{ ref('int_deployments') }}
),

streams as (
    select * from {{ ref('int_stream_deployments') }}
),

runs as (
    select repository_key, commit_sha from {{ ref('int_commit_runs') }}
),

rollbacks as (
    select distinct deployment_key from {{ ref('int_rollbacks') }}
),

failures as (
    select
        deployment_key,
        {{ agg_sorted('evidence') }} as failure_evidence,
        -- whichever comes first
        min(recovered_at) as restored_at
    from {{ ref('int_deployment_failures') }}
    group by deployment_key
),

rework as (
    select deployment_key, {{ agg_sorted('reason') }} as rework_reasons
    from {{ ref('int_rework') }}
    group by deployment_key
),

commit_counts as (
    select deployment_key, count(*) as commit_count
    from {{ ref('int_deployment_commits') }}
    group by deployment_key
),

change_counts as (
    select deployment_key, count(*) as change_count
    from {{ ref('int_change_deployments') }}
    group by deployment_key
),

coverage as (
    select * from {{ ref('dim_coverage') }} where event_kind = 'incidents'
),

owners as (
    select * from {{ ref('int_service_teams') }}
)

select
    deployments.deployment_key,
    deployments.rollout_key,
    deployments.service_key,
    owners.team_key,
    deployments.environment,
    deployments.is_production,
    deployments.kind,
    deployments.commit_sha,
    deployments.line_key,
    deployments.created_at,
    deployments.started_at,
    deployments.finished_at,
    deployments.outcome,
    coalesce(streams.is_first, false) as is_first,
    rollbacks.deployment_key is not null as is_rollback,
    rework.deployment_key is not null as is_rework,
    coalesce(rework.rework_reasons, {{ no_texts() }}) as rework_reasons,
    failures.deployment_key is not null as has_failed,
    coalesce(failures.failure_evidence, {{ no_texts() }}) as failure_evidence,
    case when failures.deployment_key is not null then deployments.finished_at end as failed_at,
    failures.restored_at,
    runs.commit_sha is not null or change_counts.deployment_key is not null as is_linked,
    coverage.service_key is not null as is_incident_covered,
    coalesce(commit_counts.commit_count, 0) as commit_count,
    coalesce(change_counts.change_count, 0) as change_count,
    deployments.url,
    deployments.record_keys
from deployments
left join streams on deployments.deployment_key = streams.deployment_key
left join runs on deployments.repository_key = runs.repository_key and deployments.commit_sha = runs.commit_sha
left join rollbacks on deployments.deployment_key = rollbacks.deployment_key
left join failures on deployments.deployment_key = failures.deployment_key
left join rework on deployments.deployment_key = rework.deployment_key
left join commit_counts on deployments.deployment_key = commit_counts.deployment_key
left join change_counts on deployments.deployment_key = change_counts.deployment_key
left join coverage
    on deployments.service_key = coverage.service_key
    and deployments.occurred_at >= coverage.covered_from and deployments.occurred_at <= coverage.covered_until
left join owners
    on deployments.service_key = owners.service_key
    and deployments.occurred_at >= owners.valid_from and deployments.occurred_at < owners.valid_until
