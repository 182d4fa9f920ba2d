with teams as (
    select * from {{ ref('teams') }}
)

select
    team_key,
    coalesce(team_name, team_key) as team_name
from teams
