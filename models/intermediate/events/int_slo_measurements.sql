with reported as (
    {{ union_of('slo_measurements', [
        'generic',
        'prometheus',
        'datadog',
    ]) }}
)

select
    *,
    ended_at as occurred_at,
    cast(null as varchar) as service_key,
    cast(null as varchar) as actor_key,
    cast(null as varchar) as environment,
    cast(null as varchar) as outcome,
    slo_key as join_key
from reported
