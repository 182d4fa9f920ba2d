with reported as (
    {{ union_of('reviews', [
        'azure_devops',
        'github',
        'bitbucket',
        'gitlab',
        'gharchive',
        'generic',
    ]) }}
)

select
    source,
    review_key,
    change_key,
    repository_key,
    kind,
    is_bot,
    submitted_at,
    submitted_at as occurred_at,
    repository_key as service_key,
    actor_key,
    cast(null as varchar) as environment,
    kind as outcome,
    change_key as join_key,
    record_key
from reported
