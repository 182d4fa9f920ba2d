{#- What a project is called now: its id outlives its key. -#}
with tellings as (
    select id as project_id, code as project_code, utc_at from (
        select id, code, {{ utc("received_at") }} as utc_at from {{ ref("base_jira__directory") }} where entity = 'projects' and is_set_aside is not true
    )
    union all
    select project_id, project_code, updated_at from {{ ref("stg_jira__issues") }}
),

projects as (
    select project_id, lower(max_by(project_code, concat({{ iso_utc("utc_at") }}, project_code))) as project_code
    from tellings
    where project_id is not null
        and project_code is not null
    group by project_id
)

select * from projects
