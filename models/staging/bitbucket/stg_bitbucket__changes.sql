with pull_requests as (select * from {{ ref("stg_bitbucket__pull_requests") }}),

activities as (select * from {{ ref("base_bitbucket__activities") }} where is_set_aside is not true and {{ json_text("told_update") }} is not null),

commits as (select repository_key, commit_sha from {{ ref("stg_bitbucket__commits") }}),

actors as (select * from {{ ref("stg_bitbucket__actors") }}),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

-- Bitbucket shortens hashes to 12 characters: the whole one is that of a commit that is known
whole_hashes as (
    select repository_key, left(commit_sha, 12) as short_hash, min(commit_sha) as commit_sha
    from commits
    group by 1, 2
    having count(*) = 1
),

ends as (
    select
        repository_id,
        try_cast({{ json_text("api_number") }} as bigint) as change_number,
        max({{ ts_utc(json_text("update_date")) }}) as ended_at
    from activities
    where lower({{ json_text("update_state") }}) in ('merged', 'fulfilled', 'declined', 'rejected', 'superseded')
    group by 1, 2
),

located as (
    select
        pull_requests.*,
        named.repository_key,
        actors.actor_key,
        coalesce(actors.is_bot, false) as is_bot,
        heads.commit_sha as head_sha,
        merging.commit_sha as merge_sha,
        case when pull_requests.state <> 'open' then coalesce(ends.ended_at, pull_requests.closed_at) end as ended_at
    from pull_requests
    inner join named on pull_requests.repository_id = named.repository_ref
    left join actors on pull_requests.author_id = actors.user_id
    left join ends on pull_requests.repository_id = ends.repository_id and pull_requests.change_number = ends.change_number
    left join whole_hashes as heads on named.repository_key = heads.repository_key and left(pull_requests.head_hash, 12) = heads.short_hash
    left join whole_hashes as merging on named.repository_key = merging.repository_key and left(pull_requests.merge_hash, 12) = merging.short_hash
),

changes as (
    select
        'bitbucket' as source,
        -- ids
        concat('bitbucket:', repository_id, ':', change_number) as change_key,
        repository_key,
        change_number,
        case when state = 'merged' then merge_sha end as merge_commit_sha,
        head_sha,
        actor_key,
        -- text
        target_branch,
        source_branch,
        {{ no_texts() }} as labels,
        {{ no_texts() }} as closed_references,
        url,
        -- numbers: a list of pull requests has none of them
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        cast(null as bigint) as files_changed,
        cast(null as bigint) as commit_count,
        -- flags
        is_bot,
        coalesce(lower(title) like 'revert "%', false) or {{ re_find("coalesce(description, '')", "(?i)this reverts commit ") }} as is_revert,
        false as is_deleted,
        -- timestamps
        opened_at,
        case when is_draft then null when was_draft then seen_ready_at else opened_at end as ready_at,
        case when state = 'merged' then ended_at end as merged_at,
        ended_at as closed_at,
        -- lineage
        record_key,
        _dlt_load_id
    from located
)

select * from changes
