with work_items as (
    select * from {{ ref('int_work_items') }}
)

select
    work_item_key,
    repository_key,
    project_key,
    number,
    type_name,
    state,
    resolution,
    reopened_count,
    created_at,
    closed_at,
    url,
    {{ list_of('record_key') }} as record_keys
from work_items
