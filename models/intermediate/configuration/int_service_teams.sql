with service_owners as (
    select * from {{ ref('service_owners') }}
)

select
    service_key,
    team_key,
    coalesce(valid_from, timestamp '0001-01-01 00:00:00') as valid_from,
    coalesce(valid_until, timestamp '9999-12-31 00:00:00') as valid_until
from service_owners
