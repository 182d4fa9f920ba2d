with issues as (select * from {{ ref("stg_linear__issues") }}),

changes as (select * from {{ ref("stg_linear__issue_changes") }} where what = 'cycle'),

cycles as (select * from {{ ref("stg_linear__sprints") }}),

first_changes as (
    select issue_key, min_by(coalesce(before, ''), occurred_at) as cycle_id
    from changes
    group by issue_key
),

turns as (
    select issue_key, after as cycle_id, occurred_at, record_key, _dlt_load_id from changes
    union all
    -- the cycle that a first change left, or that none changed, was its own from its creation
    select
        issues.issue_key, coalesce(nullif(first_changes.cycle_id, ''), case when first_changes.issue_key is null then issues.cycle_id end),
        issues.created_at, issues.record_key, issues._dlt_load_id
    from issues
    left join first_changes on issues.issue_key = first_changes.issue_key
),

stays as (
    select *, lead(occurred_at) over (partition by issue_key order by occurred_at, cycle_id) as left_at
    from turns
),

sprint_items as (
    select
        'linear' as source,
        concat('linear:cycle:', stays.cycle_id) as sprint_key,
        stays.issue_key as work_item_key,
        stays.occurred_at as added_at,
        -- at its end a cycle hands on what is not done: that is no removal
        case when cycles.completed_at is null or stays.left_at < cycles.completed_at - interval 1 minute then stays.left_at end as removed_at,
        stays.record_key,
        stays._dlt_load_id
    from stays
    left join cycles on concat('linear:cycle:', stays.cycle_id) = cycles.sprint_key
    where stays.cycle_id is not null
)

select * from sprint_items
