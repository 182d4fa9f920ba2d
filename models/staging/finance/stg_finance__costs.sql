with newest as (
    {{ newest_files("finance") }}
),

-- a file that changed says nothing any more of what it said before
costs as (
    select told.*
    from {{ ref("base_finance__costs") }} as told
    inner join newest on told.file_name = newest.file_name and told.seen_at = newest.seen_at
    where not told.is_set_aside
        and told.amount is not null
        and told.kind is not null
    qualify row_number() over (partition by told.cost_key order by told.seen_at desc, told.record_key) = 1
)

select
    'finance' as source,
    cost_key,
    kind,
    service_name,
    team_name,
    amount,
    currency,
    count,
    starts_at,
    ends_at,
    record_key,
    _dlt_load_id
from costs
