with pull_requests as (select * from {{ ref("stg_github__pull_requests") }}),

issue_events as (select * from {{ ref("base_github__issue_events") }} where is_set_aside is not true),

closed_references as (select * from {{ ref("stg_github__closed_references") }}),

actors as (select * from {{ ref("stg_github__actors") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

draft_events as (
    select
        repository_references.repository_id,
        issue_events.number as change_number,
        max(issue_events.occurred_at) filter (where issue_events.kind = 'ready_for_review') as ready_event_at
    from issue_events
    inner join repository_references on issue_events.repository_name = repository_references.repository_ref
    where issue_events.kind in ('ready_for_review', 'convert_to_draft', 'converted_to_draft')
    group by 1, 2
),

located as (
    select
        pull_requests.*,
        repository_references.repository_id,
        repository_references.repository_key,
        coalesce(actors.is_bot, false) as is_bot,
        coalesce(closed_references.closed_references, {{ no_texts() }}) as closed_references,
        greatest(pull_requests.ready_event_at, draft_events.ready_event_at) as last_ready_at,
        pull_requests.was_draft or draft_events.repository_id is not null as has_been_draft
    from pull_requests
    inner join repository_references on pull_requests.repository_ref = repository_references.repository_ref
    left join actors on pull_requests.actor_key = actors.actor_key
    left join closed_references on pull_requests.pull_request_key = closed_references.pull_request_key
    left join draft_events
        on repository_references.repository_id = draft_events.repository_id
        and pull_requests.change_number = draft_events.change_number
),

changes as (
    select
        'github' as source,
        -- ids
        concat('github:', repository_id, ':', change_number) as change_key,
        repository_key,
        change_number,
        -- an open request's merge commit is a trial that the forge makes
        case when merged_at is not null then merge_commit_sha end as merge_commit_sha,
        head_sha,
        actor_key,
        -- text
        target_branch,
        source_branch,
        labels,
        closed_references,
        url,
        -- numbers
        lines_added,
        lines_deleted,
        files_changed,
        commit_count,
        -- flags
        is_bot,
        coalesce(lower(title) like 'revert "%', false)
        or {{ re_find("coalesce(body, '')", "(^|[^A-Za-z])Reverts [A-Za-z0-9_./-]*#[0-9]+") }} as is_revert,
        false as is_deleted,
        -- timestamps
        opened_at,
        case
            when is_draft then null
            when has_been_draft or last_ready_at is not null then last_ready_at
            when is_draft is not null then opened_at
        end as ready_at,
        merged_at,
        closed_at,
        -- lineage
        record_key,
        _dlt_load_id
    from located
    qualify row_number() over (
        partition by repository_id, change_number order by version_count desc, pull_request_key
    ) = 1
)

select * from changes
