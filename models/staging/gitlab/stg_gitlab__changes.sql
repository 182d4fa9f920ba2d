{% set verb = "(?i)(?:^|[^a-z0-9_])(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +(?:issues? +)?" %}
{% set item = "(?:[a-z0-9_./-]*#[0-9]+|https?://[^ )]+/issues/[0-9]+)" %}
{% set items = verb ~ "(" ~ item ~ "(?:(?:,? +and +|, *| +)" ~ item ~ ")*)" %}

with merge_requests as (select * from {{ ref("stg_gitlab__merge_requests") }}),

notes as (select * from {{ ref("base_gitlab__notes") }} where is_set_aside is not true and {{ json_text("system") }} = 'true'),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

mentions as (
    select merge_request_key, repository_id, mention
    from (
        select merge_request_key, repository_id, mention_list
        from merge_requests, {{ explode(re_all("concat(coalesce(title, ''), ' ', coalesce(description, ''))", items), "mention_list") }}
    ), {{ explode(re_all("mention_list", "(?i)(" ~ item ~ ")"), "mention") }}
),

closed_references as (
    select
        mentions.merge_request_key,
        -- an issue of a project that is not loaded has no id here: it stays as it was written
        {{ agg_sorted("""case
            when mentions.mention like '#%' then concat('gitlab:', mentions.repository_id, ':issue:', substr(mentions.mention, 2))
            when other.repository_ref is not null
                then concat('gitlab:', other.repository_ref, ':issue:', regexp_extract(mentions.mention, '([0-9]+)$', 1))
            when mentions.mention like 'http%' then lower(mentions.mention)
            else lower(concat(split_part(own.repository_key, '/', 1), '/', mentions.mention))
        end""") }} as closed_references
    from mentions
    inner join projects as own on mentions.repository_id = own.repository_ref
    left join projects as other
        on other.repository_key = case
            when mentions.mention like 'http%'
                then {{ remote_name(re_replace("mentions.mention", "(/-)?/issues/[0-9]+$", "")) }}
            when mentions.mention like '%/%'
                then lower(concat(split_part(own.repository_key, '/', 1), '/', split_part(mentions.mention, '#', 1)))
        end
    group by 1
),

draft_notes as (
    select
        repository_id,
        try_cast({{ json_text("noteable_iid") }} as bigint) as change_number,
        max({{ ts_utc(json_text("created_at")) }}) filter (where {{ json_text("body") }} like '%**ready**%') as ready_event_at
    from notes
    where {{ json_text("body") }} like 'marked this merge request as **%'
    group by 1, 2
),

located as (
    select
        merge_requests.*,
        projects.repository_key,
        actors.actor_key,
        coalesce(actors.is_bot, false) as is_bot,
        coalesce(closed_references.closed_references, {{ no_texts() }}) as closed_references,
        greatest(merge_requests.ready_event_at, draft_notes.ready_event_at) as last_ready_at,
        merge_requests.was_draft or draft_notes.repository_id is not null as has_been_draft
    from merge_requests
    inner join projects on merge_requests.repository_id = projects.repository_ref
    left join actors on merge_requests.author_id = actors.user_id
    left join closed_references on merge_requests.merge_request_key = closed_references.merge_request_key
    left join draft_notes
        on merge_requests.repository_id = draft_notes.repository_id and merge_requests.change_number = draft_notes.change_number
),

changes as (
    select
        'gitlab' as source,
        -- ids
        concat('gitlab:', repository_id, ':', change_number) as change_key,
        repository_key,
        change_number,
        -- a fast-forward makes neither a merge nor a squash commit: the head itself lands
        case when state = 'merged' then coalesce(merge_commit_sha, squash_commit_sha, case when is_squash_known then head_sha end) end
            as merge_commit_sha,
        head_sha,
        actor_key,
        -- text
        target_branch,
        source_branch,
        labels,
        closed_references,
        url,
        -- numbers: a list of merge requests has none of them
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        cast(null as bigint) as files_changed,
        cast(null as bigint) as commit_count,
        -- flags
        is_bot,
        coalesce(lower(title) like 'revert "%', false)
        or {{ re_find("coalesce(description, '')", "(?i)this reverts (merge request|commit) ") }} as is_revert,
        false as is_deleted,
        -- timestamps
        opened_at,
        case
            when is_draft then null
            when has_been_draft or last_ready_at is not null then last_ready_at
            when is_draft is not null then opened_at
        end as ready_at,
        case when state = 'merged' then merged_at end as merged_at,
        case when state = 'merged' then coalesce(merged_at, closed_at) when state = 'closed' then closed_at end as closed_at,
        -- lineage
        record_key,
        _dlt_load_id
    from located
)

select * from changes
