with reported as (
    {{ union_of('measurements', [
        'generic',
        'sonarqube',
        'github',
    ]) }}
)

select
    *,
    measured_at as occurred_at,
    coalesce(service_name, repository_key) as service_key,
    cast(null as varchar) as actor_key,
    cast(null as varchar) as environment,
    cast(null as varchar) as outcome,
    measurement_key as join_key
from reported
