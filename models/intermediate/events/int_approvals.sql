with reported as (
    {{ union_of('approvals', [
        'azure_devops',
        'circleci',
        'servicenow',
        'generic',
    ]) }}
)

select
    *,
    coalesce(decided_at, requested_at) as occurred_at,
    service_name as service_key,
    environment_name as environment,
    state as outcome,
    subject_key as join_key
from reported
