with company_environments as (
    select * from {{ ref('environments') }}
),

default_environments as (
    select * from {{ ref('default_environments') }}
)

-- the company's rows go before the shipped ones, longer patterns before shorter
select
    environment_pattern,
    environment,
    region,
    is_production,
    0 as rank_of_origin
from company_environments
union all
select
    environment_pattern,
    environment,
    region,
    is_production,
    1 as rank_of_origin
from default_environments
