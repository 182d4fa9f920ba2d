with versions as (select * from {{ ref("base_github__issues") }} where is_set_aside is not true),

issue_events as (select * from {{ ref("base_github__issue_events") }} where is_set_aside is not true),

issues as (select * from {{ ref("stg_github__issues") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

located as (
    select
        issues.*,
        repository_references.repository_id,
        concat('github:', repository_references.repository_id, ':issue:', issues.number) as work_item_key
    from issues
    inner join repository_references on issues.repository_ref = repository_references.repository_ref
    qualify row_number() over (
        partition by repository_references.repository_id, issues.number order by issues.version_count desc, issues.issue_key
    ) = 1
),

occurrences as (
    select
        located.work_item_key,
        coalesce(
            case when versions.action = 'closed' then {{ ts_utc(json_text("versions.closed_at")) }} end,
            {{ ts_utc(json_text("versions.updated_at")) }}
        ) as occurred_at,
        case versions.action when 'transferred' then 'moved' else versions.action end as kind,
        case when versions.action in ('labeled', 'unlabeled') then {{ json_text("versions.label_name") }} end as label,
        {{ actor_key(json_text("versions.sender_login")) }} as actor_key,
        versions.record_key,
        versions._dlt_load_id
    from versions
    inner join located on versions.issue_key = located.issue_key
    where versions.action in ('closed', 'reopened', 'labeled', 'unlabeled', 'transferred')
    union all
    select work_item_key, created_at, 'created', null, actor_key, record_key, _dlt_load_id
    from located
    union all
    select
        located.work_item_key,
        issue_events.occurred_at,
        case issue_events.kind when 'transferred' then 'moved' else issue_events.kind end,
        case when issue_events.kind in ('labeled', 'unlabeled') then issue_events.label_name end,
        {{ actor_key("issue_events.actor_login") }}, issue_events.record_key, issue_events._dlt_load_id
    from issue_events
    inner join repository_references as listed
        on issue_events.repository_name = listed.repository_ref
    inner join located
        on listed.repository_id = located.repository_id and issue_events.number = located.number
    where issue_events.kind in ('closed', 'reopened', 'labeled', 'unlabeled', 'transferred')
),

-- the webhook's and the API's clock of the same occurrence may be a second apart
steps as (
    select
        *,
        lag(occurred_at) over (
            partition by work_item_key, kind, label
            order by occurred_at, record_key
        ) as previous_at
    from occurrences
    where occurred_at is not null
),

work_item_transitions as (
    select
        'github' as source,
        work_item_key,
        concat('github:transition:', md5(concat_ws('|', work_item_key, kind, {{ iso_utc('occurred_at') }}, coalesce(label, '')))) as transition_key,
        occurred_at,
        kind,
        label,
        cast(null as varchar) as from_status,
        cast(null as varchar) as to_status,
        cast(null as varchar) as to_category,
        actor_key,
        record_key,
        _dlt_load_id
    from steps
    where previous_at is null or {{ seconds_between("previous_at", "occurred_at") }} > 2
)

select * from work_item_transitions
