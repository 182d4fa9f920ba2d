with teams as (
    select * from {{ ref('teams') }}
),

catalogue_teams as (
    select team_key, min(team_name) as team_name
    from {{ ref('int_catalogue_services') }}
    where team_key is not null
    group by team_key
)

select
    team_key,
    coalesce(team_name, team_key) as team_name
from teams
union all
select
    team_key,
    team_name
from catalogue_teams
where team_key not in (select teams.team_key from teams)
