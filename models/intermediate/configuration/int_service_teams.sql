with service_owners as (
    select * from {{ ref('service_owners') }}
),

catalogue_services as (
    select * from {{ ref('int_catalogue_services') }}
    where team_key is not null
        and service_key not in (select service_owners.service_key from service_owners)
)

select
    service_key,
    team_key,
    coalesce(valid_from, timestamp '0001-01-01 00:00:00') as valid_from,
    coalesce(valid_until, timestamp '9999-12-31 00:00:00') as valid_until
from service_owners
union all
-- the catalogue knows no past
select
    service_key,
    min_by(team_key, entity_key) as team_key,
    timestamp '0001-01-01 00:00:00' as valid_from,
    timestamp '9999-12-31 00:00:00' as valid_until
from catalogue_services
group by service_key
