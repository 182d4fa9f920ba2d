{#- What an admin may name or number as he likes is known by its type, else by the name that changes tell of it. -#}
with directory as (select * from {{ ref("base_jira__directory") }} where entity = 'fields' and is_set_aside is not true),

changes as (select * from {{ ref("base_jira__changes") }} where is_set_aside is not true and field_id like 'customfield!_%' escape '!'),

named as (
    select id as field_id, lower(name) as name, custom_type from directory
    where id like 'customfield!_%' escape '!'
    union
    select field_id, lower(field), null from changes
),

custom_fields as (
    select distinct
        field_id,
        case
            when custom_type = 'com.pyxis.greenhopper.jira:gh-sprint' or name = 'sprint' then 'sprint'
            when custom_type = 'com.pyxis.greenhopper.jira:gh-epic-link' or name = 'epic link' then 'epic'
            when custom_type = 'com.pyxis.greenhopper.jira:jsw-story-points' or name in ('story points', 'story point estimate') then 'estimate'
            when name = 'severity' then 'severity'
        end as role
    from named
)

select * from custom_fields where role is not null
