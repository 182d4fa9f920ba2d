with repository_names as (select * from {{ ref("stg_gharchive__repository_names") }}),

bots as (select * from {{ ref("bots") }}),

events as (
    select
        *,
        coalesce(repository_id, repository_name) as repository_ref,
        {{ json_text("timeline_url") }} as page,
        {{ json_text("comment_pull_url") }} as pull_url
    from {{ ref("base_gharchive__events") }}
    where event_type in ('PullRequestReviewEvent', 'PullRequestReviewCommentEvent', 'IssueCommentEvent')
        and not is_set_aside
),

told as (
    select
        case event_type
            when 'PullRequestReviewEvent' then concat('gharchive:review:', {{ json_text("review_id") }})
            when 'IssueCommentEvent' then concat('gharchive:issue_comment:', {{ first_text(["comment_id", "timeline_comment_id"]) }})
            else concat('gharchive:review_comment:', {{ first_text(["comment_id", "timeline_comment_id"]) }})
        end as review_key,
        repository_ref,
        case
            when event_type <> 'IssueCommentEvent' then
                coalesce(number, try_cast({{ re_group("coalesce(pull_url, page)", "'/pulls?/([0-9]+)'") }} as bigint))
            -- a comment on a request, not on an issue
            when {{ json_text("issue_pull_url") }} is not null then number
            else try_cast({{ re_group("page", "'/pull/([0-9]+)'") }} as bigint)
        end as change_number,
        coalesce({{ first_text(["review_login", "comment_login"]) }}, login) as user_login,
        {{ first_text(["review_type", "comment_type"]) }} as user_type,
        lower({{ json_text("review_state") }}) as state,
        coalesce({{ ts_utc(first_text(["submitted_at", "commented_at"])) }}, occurred_at) as submitted_at,
        concat({{ iso_utc("occurred_at") }}, '|', record_key) as version_key,
        record_key,
        _dlt_load_id
    from events
),

newest as (
    select
        review_key,
        repository_ref,
        max(change_number) as change_number,
        max_by(user_login, version_key) as user_login,
        max_by(user_type, version_key) as user_type,
        max_by(state, version_key) as state,
        min(submitted_at) as submitted_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from told
    -- an id that is missing leaves the prefix alone
    where change_number is not null
        and review_key not like '%:'
    group by 1, 2
),

reviews as (
    select
        'gharchive' as source,
        -- ids
        newest.review_key,
        concat('gharchive:', newest.repository_ref, ':', newest.change_number) as change_key,
        repository_names.repository_key,
        {{ actor_key("newest.user_login") }} as actor_key,
        -- text
        case when newest.state in ('approved', 'changes_requested', 'dismissed') then newest.state else 'commented' end as kind,
        -- flags
        coalesce(lower(newest.user_login) like '%[bot]' or newest.user_type = 'Bot', false)
        or exists (select 1 from bots where {{ re_match("lower(newest.user_login)", "lower(bots.actor_pattern)") }}) as is_bot,
        -- timestamps
        newest.submitted_at,
        -- lineage
        newest.record_key,
        newest._dlt_load_id
    from newest
    inner join repository_names on newest.repository_ref = repository_names.repository_ref
    qualify row_number() over (partition by newest.review_key order by newest.record_key) = 1
)

select * from reviews
