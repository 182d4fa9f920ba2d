with reported as (
    {{ union_of('work_items', [
        'github',
    ]) }}
)

select
    source,
    work_item_key,
    repository_key,
    project_key,
    number,
    type_name,
    labels,
    state,
    resolution,
    reopened_count,
    cause_references,
    service_names,
    severity_name,
    is_deleted,
    url,
    created_at,
    closed_at,
    coalesce(closed_at, created_at) as occurred_at,
    coalesce(repository_key, project_key) as service_key,
    actor_key,
    cast(null as varchar) as environment,
    coalesce(resolution, state) as outcome,
    work_item_key as join_key,
    record_key
from reported
where not is_deleted
