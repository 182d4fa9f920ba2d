with measurements as (
    select * from {{ ref('int_measurements') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

repository_services as (
    select * from {{ ref('int_repository_services') }}
),

team_names as (
    select * from {{ ref('int_team_names') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
),

placed as (
    select
        measurements.*,
        coalesce(service_names.service_key, repository_services.service_key) as hit_service_key,
        team_names.team_key as named_team_key
    from measurements
    left join service_names
        on measurements.source = service_names.source and measurements.service_name = service_names.service_name
    left join repository_services on measurements.repository_key = repository_services.repository_key
    left join team_names on measurements.team_name = team_names.team_name
)

select
    placed.measurement_key,
    placed.source,
    placed.name,
    placed.hit_service_key as service_key,
    coalesce(placed.named_team_key, owners.team_key) as team_key,
    placed.repository_key,
    placed.service_name as told_service_name,
    placed.team_name as told_team_name,
    placed.measured_at,
    placed.value,
    placed.unit,
    placed.numerator,
    placed.denominator,
    {{ list_of('placed.record_key') }} as record_keys
from placed
left join owners
    on placed.hit_service_key = owners.service_key
    and placed.measured_at >= owners.valid_from and placed.measured_at < owners.valid_until
