with versions as (select * from {{ ref("base_linear__cycles") }} where is_set_aside is not true),

teams as (select * from {{ ref("stg_linear__teams") }}),

newest as (
    select *, max(_dlt_load_id) over (partition by sprint_key) as newest_load_id, {{ utc("max(received_at) over ()") }} as known_at
    from versions
    qualify row_number() over (partition by sprint_key order by version_key desc) = 1
),

sprints as (
    select
        'linear' as source,
        newest.sprint_key,
        concat('linear:', coalesce(teams.team_code, newest.team_id)) as project_key,
        newest.name,
        case
            when newest.completed_at is not null then 'closed'
            -- no word says that it has begun; the newest that was told of any cycle says what time it is
            when newest.starts_at <= newest.known_at then 'active'
            else 'future'
        end as state,
        newest.starts_at,
        newest.ends_at,
        newest.completed_at,
        newest.is_deleted,
        cast(null as varchar) as url,
        newest.record_key,
        newest.newest_load_id as _dlt_load_id
    from newest
    left join teams on newest.team_id = teams.team_id
)

select * from sprints
