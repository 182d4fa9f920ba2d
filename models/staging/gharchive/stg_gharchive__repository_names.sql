with events as (select * from {{ ref("base_gharchive__events") }} where not is_set_aside),

names as (
    select
        coalesce(repository_id, repository_name) as repository_ref,
        repository_name,
        max({{ iso_utc("occurred_at") }}) as seen_at,
        max(_dlt_load_id) as _dlt_load_id
    from events
    group by 1, 2
),

repository_names as (
    select
        repository_ref,
        -- renamed and moved repositories keep their id
        max_by(repository_name, concat(seen_at, '|', repository_name)) as repository_key,
        max(_dlt_load_id) as _dlt_load_id
    from names
    group by 1
)

select * from repository_names
