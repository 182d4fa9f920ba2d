with due_deliveries as (
    select * from {{ ref('int_due_deliveries') }}
)

select
    source,
    object_key,
    entity,
    repository_key,
    is_missed,
    is_end_missed,
    began_at,
    ended_at,
    case when is_missed then began_at else ended_at end as missed_at,
    found_at,
    {{ list_of('record_key') }} as record_keys
from due_deliveries
where is_missed or is_end_missed
