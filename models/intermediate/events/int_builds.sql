with reported as (
    {{ union_of('builds', [
        'azure_devops',
        'harness',
        'circleci',
        'github',
        'bitbucket',
        'gitlab',
        'jenkins',
        'generic',
        'cdevents',
    ]) }}
)

select
    source,
    build_key,
    run_key,
    repository_key,
    kind,
    name,
    attempt,
    trigger,
    branch,
    commit_sha,
    environment_name,
    is_allowed_failure,
    url,
    created_at,
    started_at,
    finished_at,
    coalesce(finished_at, started_at, created_at) as occurred_at,
    repository_key as service_key,
    actor_key,
    environment_name as environment,
    outcome,
    commit_sha as join_key,
    record_key
from reported
