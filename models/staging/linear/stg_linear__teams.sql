{#- What a team is called now: its id outlives its key. -#}
with issues as (select * from {{ ref("base_linear__issues") }} where is_set_aside is not true),

teams as (
    select team_id, max_by(team_code, concat({{ iso_utc("updated_at") }}, team_code)) as team_code
    from issues
    group by team_id
)

select * from teams
