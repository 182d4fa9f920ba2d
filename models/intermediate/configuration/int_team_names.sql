-- What tools call teams, by the same key or name.
with teams as (
    select * from {{ ref('teams') }}
),

named as (
    {%- for entity in ['survey_responses', 'costs', 'measurements'] %}
    select team_name from {{ ref('int_' ~ entity) }} where team_name is not null
    {{- '\n    union' if not loop.last }}
    {%- endfor %}
)

select named.team_name, min(teams.team_key) as team_key
from named
inner join teams on lower(named.team_name) in (lower(teams.team_key), lower(teams.team_name))
group by named.team_name
