with reported as (
    {{ union_of('changes', [
        'azure_devops',
        'github',
        'bitbucket',
        'gitlab',
        'gharchive',
        'generic',
        'cdevents',
    ]) }}
)

select
    *,
    coalesce(merged_at, closed_at, opened_at) as occurred_at,
    repository_key as service_key,
    cast(null as varchar) as environment,
    case when merged_at is not null then 'merged' when closed_at is not null then 'closed' else 'open' end as outcome,
    merge_commit_sha as join_key
from reported
where not is_deleted
