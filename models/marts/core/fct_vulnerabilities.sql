with vulnerabilities as (
    select * from {{ ref('int_vulnerabilities') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

repository_services as (
    select * from {{ ref('int_repository_services') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
),

placed as (
    select
        vulnerabilities.*,
        coalesce(service_names.service_key, repository_services.service_key) as hit_service_key
    from vulnerabilities
    left join service_names
        on vulnerabilities.source = service_names.source and vulnerabilities.service_name = service_names.service_name
    left join repository_services on vulnerabilities.repository_key = repository_services.repository_key
)

select
    placed.vulnerability_key,
    placed.source,
    placed.hit_service_key as service_key,
    owners.team_key,
    placed.repository_key,
    placed.service_name as told_service_name,
    lower(placed.severity_name) as severity,
    placed.state,
    placed.opened_at,
    placed.fixed_at,
    placed.dismissed_at,
    placed.url,
    {{ list_of('placed.record_key') }} as record_keys
from placed
left join owners
    on placed.hit_service_key = owners.service_key
    and placed.opened_at >= owners.valid_from and placed.opened_at < owners.valid_until
