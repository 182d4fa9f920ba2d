with reported as (
    {{ union_of('work_item_transitions', [
        'azure_devops',
        'github',
        'gitlab',
        'gharchive',
        'generic',
        'cdevents',
        'jira',
        'linear',
    ]) }}
),

work_items as (
    select work_item_key, service_key from {{ ref('int_work_items') }}
)

select
    reported.*,
    work_items.service_key,
    cast(null as varchar) as environment,
    reported.kind as outcome,
    reported.work_item_key as join_key
from reported
inner join work_items on reported.work_item_key = work_items.work_item_key
