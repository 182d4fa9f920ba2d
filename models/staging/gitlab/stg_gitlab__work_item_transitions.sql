with versions as (select * from {{ ref("base_gitlab__issues") }} where is_set_aside is not true),

issue_events as (select * from {{ ref("base_gitlab__issue_events") }} where is_set_aside is not true),

issues as (select * from {{ ref("stg_gitlab__issues") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

relabelled as (
    select
        issue_key, {{ ts_utc(json_text("updated_at")) }} as occurred_at, {{ json_text("user_id") }} as user_id, record_key, _dlt_load_id,
        {{ json_texts("labels_before", "$[*].title") }} as labels_before, {{ json_texts("labels_after", "$[*].title") }} as labels_after
    from versions
    where labels_before is not null and labels_after is not null
),

occurrences as (
    select issue_key, created_at as occurred_at, 'created' as kind, null as label, author_id as user_id, record_key, _dlt_load_id
    from issues
    union all
    select
        issue_key,
        coalesce(case when {{ json_text("action") }} = 'close' then {{ ts_utc(json_text("closed_at")) }} end, {{ ts_utc(json_text("updated_at")) }}),
        case {{ json_text("action") }} when 'close' then 'closed' else 'reopened' end,
        null, {{ json_text("user_id") }}, record_key, _dlt_load_id
    from versions
    where {{ json_text("action") }} in ('close', 'reopen')
    union all
    select issue_key, occurred_at, 'labeled', label, user_id, record_key, _dlt_load_id
    from relabelled, {{ explode("labels_after", "label") }}
    where not {{ list_has("labels_before", "label") }}
    union all
    select issue_key, occurred_at, 'unlabeled', label, user_id, record_key, _dlt_load_id
    from relabelled, {{ explode("labels_before", "label") }}
    where not {{ list_has("labels_after", "label") }}
    union all
    select
        issue_key, {{ ts_utc(json_text("created_at")) }},
        case
            when {{ json_text("action") }} = 'add' then 'labeled'
            when {{ json_text("action") }} = 'remove' then 'unlabeled'
            when {{ json_text("state") }} = 'closed' then 'closed'
            when {{ json_text("state") }} in ('opened', 'reopened') then 'reopened'
        end,
        {{ json_text("label_name") }}, {{ json_text("user_id") }}, record_key, _dlt_load_id
    from issue_events
    union all
    -- the old place of an issue that went elsewhere is closed as it goes
    select issue_key, closed_at, 'moved', null, null, record_key, _dlt_load_id
    from issues
    where moved_to_id is not null
),

-- the webhook's and the API's clock of the same occurrence may be a second apart
steps as (
    select
        *,
        lag(occurred_at) over (partition by issue_key, kind, label order by occurred_at, record_key) as previous_at
    from occurrences
    where occurred_at is not null and kind is not null
        -- the label of such an event is deleted since
        and (label is not null or kind not in ('labeled', 'unlabeled'))
),

work_item_transitions as (
    select
        'gitlab' as source,
        concat('gitlab:', issues.repository_id, ':issue:', issues.number) as work_item_key,
        concat('gitlab:transition:', md5(concat_ws('|', steps.issue_key, steps.kind, coalesce(steps.label, ''), {{ iso_utc("steps.occurred_at") }})))
            as transition_key,
        steps.occurred_at,
        steps.kind,
        steps.label,
        cast(null as {{ dbt.type_string() }}) as from_status,
        cast(null as {{ dbt.type_string() }}) as to_status,
        case steps.kind when 'closed' then 'done' end as to_category,
        actors.actor_key,
        steps.record_key,
        steps._dlt_load_id
    from steps
    inner join issues on steps.issue_key = issues.issue_key
    inner join projects on issues.repository_id = projects.repository_ref
    left join actors on steps.user_id = actors.user_id
    where steps.previous_at is null or {{ seconds_between("steps.previous_at", "steps.occurred_at") }} > 2
)

select * from work_item_transitions
