with reported as (
    {{ union_of('work_items', [
        'azure_devops',
        'github',
        'gitlab',
        'gharchive',
        'generic',
        'cdevents',
        'jira',
        'linear',
    ]) }}
)

select
    *,
    coalesce(closed_at, created_at) as occurred_at,
    coalesce(repository_key, project_key) as service_key,
    cast(null as varchar) as environment,
    coalesce(resolution, state) as outcome,
    work_item_key as join_key
from reported
where not is_deleted
