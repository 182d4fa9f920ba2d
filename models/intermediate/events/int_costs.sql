with reported as (
    {{ union_of('costs', [
        'generic',
        'finance',
    ]) }}
)

select
    *,
    starts_at as occurred_at,
    service_name as service_key,
    cast(null as varchar) as actor_key,
    cast(null as varchar) as environment,
    kind as outcome,
    cost_key as join_key
from reported
