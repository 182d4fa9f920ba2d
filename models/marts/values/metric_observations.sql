-- One line a metric, in the order of the registry. tests/data holds this list against the models.
with observations as (
    select * from {{ ref('metric_deployment_frequency') }}
    union all
    select * from {{ ref('metric_lead_time_for_changes') }}
    union all
    select * from {{ ref('metric_change_failure_rate') }}
    union all
    select * from {{ ref('metric_failed_deployment_recovery_time') }}
    union all
    select * from {{ ref('metric_deployment_rework_rate') }}
    union all
    select * from {{ ref('metric_time_to_restore') }}
    union all
    select * from {{ ref('metric_deployment_success_rate') }}
    union all
    select * from {{ ref('metric_coding_time') }}
    union all
    select * from {{ ref('metric_pickup_time') }}
    union all
    select * from {{ ref('metric_review_time') }}
    union all
    select * from {{ ref('metric_deploy_time') }}
    union all
    select * from {{ ref('metric_commit_lead_time') }}
    union all
    select * from {{ ref('metric_merge_to_deploy_time') }}
)

select * from observations
