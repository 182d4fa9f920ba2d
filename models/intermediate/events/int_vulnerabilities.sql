with reported as (
    {{ union_of('vulnerabilities', [
        'generic',
        'sonarqube',
        'github',
    ]) }}
)

select
    *,
    coalesce(fixed_at, dismissed_at, opened_at) as occurred_at,
    coalesce(service_name, repository_key) as service_key,
    cast(null as varchar) as actor_key,
    cast(null as varchar) as environment,
    state as outcome,
    vulnerability_key as join_key
from reported
