with issues as (select * from {{ ref("stg_jira__issues") }}),

-- one row a change of the field, whoever told it; it lists the ids of the sprints before and after
changes as (
    select
        issue_key, occurred_at, record_key, _dlt_load_id,
        {{ re_all("coalesce(from_id, '')", "([0-9]+)") }} as before,
        {{ re_all("coalesce(to_id, '')", "([0-9]+)") }} as after
    from {{ ref("base_jira__changes") }}
    where is_set_aside is not true
        and lower(field) = 'sprint'
        and occurred_at is not null
    qualify row_number() over (
        partition by issue_key, history_id order by case channel when 'api' then 0 else 1 end, record_key, place
    ) = 1
),

closings as (
    select sprint_key, max({{ ts_utc(json_text("completed_at")) }}) as completed_at
    from {{ ref("base_jira__sprints") }}
    where is_set_aside is not true
    group by sprint_key
),

moves as (
    select issue_key, _sprint.sprint, occurred_at, 'added' as kind, record_key, _dlt_load_id
    from changes, {{ explode("after", "sprint") }}
    where not {{ list_has("before", "_sprint.sprint") }}
    union all
    select issue_key, _sprint.sprint, occurred_at, 'removed', record_key, _dlt_load_id
    from changes, {{ explode("before", "sprint") }}
    where not {{ list_has("after", "_sprint.sprint") }}
),

mentions as (
    select issue_key, _sprint.sprint
    from changes, {{ explode(list_plus("before", "after"), "sprint") }}
    union
    select issue_key, _sprint.sprint
    from issues, {{ explode("sprint_ids", "sprint") }}
),

first_moves as (
    select issue_key, sprint, min_by(kind, occurred_at) as kind
    from moves
    group by issue_key, sprint
),

-- what no change put into a sprint was in it from its creation
told as (
    select * from moves
    union all
    select mentions.issue_key, mentions.sprint, issues.created_at, 'added', issues.record_key, issues._dlt_load_id
    from mentions
    inner join issues on mentions.issue_key = issues.issue_key
    left join first_moves on mentions.issue_key = first_moves.issue_key and mentions.sprint = first_moves.sprint
    where coalesce(first_moves.kind, 'removed') = 'removed'
),

turns as (
    select *, lag(kind) over (partition by issue_key, sprint order by occurred_at, kind) as previous_kind
    from told
),

stays as (
    select *, lead(occurred_at) over (partition by issue_key, sprint order by occurred_at, kind) as removed_at
    from turns
    where previous_kind is null or previous_kind <> kind
),

sprint_items as (
    select
        'jira' as source,
        concat('jira:sprint:', stays.sprint) as sprint_key,
        stays.issue_key as work_item_key,
        stays.occurred_at as added_at,
        -- what is taken out once it is over was in it to its end
        case when closings.completed_at is null or stays.removed_at < closings.completed_at then stays.removed_at end as removed_at,
        stays.record_key,
        stays._dlt_load_id
    from stays
    left join closings on concat('jira:sprint:', stays.sprint) = closings.sprint_key
    where stays.kind = 'added'
)

select * from sprint_items
