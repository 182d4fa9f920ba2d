with costs as (
    select * from {{ ref('int_costs') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

team_names as (
    select * from {{ ref('int_team_names') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
)

select
    costs.cost_key,
    costs.source,
    costs.kind,
    service_names.service_key,
    coalesce(team_names.team_key, owners.team_key) as team_key,
    costs.service_name as told_service_name,
    costs.team_name as told_team_name,
    costs.amount,
    costs.currency,
    costs.count as item_count,
    costs.starts_at,
    costs.ends_at,
    {{ list_of('costs.record_key') }} as record_keys
from costs
left join service_names on costs.source = service_names.source and costs.service_name = service_names.service_name
left join team_names on costs.team_name = team_names.team_name
left join owners
    on service_names.service_key = owners.service_key
    and costs.starts_at >= owners.valid_from and costs.starts_at < owners.valid_until
