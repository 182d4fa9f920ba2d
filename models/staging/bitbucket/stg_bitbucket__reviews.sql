with activities as (select * from {{ ref("base_bitbucket__activities") }} where is_set_aside is not true),

actors as (select * from {{ ref("stg_bitbucket__actors") }}),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

occurrences as (
    select
        repository_id,
        try_cast({{ first_text(["number", "api_number"]) }} as bigint) as change_number,
        case
            when event like 'pullrequest:unapproved%' then 'unapproved'
            when {{ json_text("approval") }} is not null then 'approved'
            when event like 'pullrequest:changes_request_removed%' then 'unrequested'
            when {{ json_text("requested") }} is not null or {{ json_text("hook_requested") }} is not null then 'changes_requested'
            when {{ json_text("comment") }} is not null then 'commented'
        end as kind,
        lower(trim({{ first_text(["approver_uuid", "requester_uuid", "hook_requester_uuid", "commenter_uuid"]) }}, '{}')) as user_id,
        {{ ts_utc(first_text(["approved_on", "requested_on", "hook_requested_on", "commented_on"])) }} as submitted_at,
        {{ json_text("comment_id") }} as comment_id,
        coalesce({{ json_text("comment_deleted") }} = 'true' or event like 'pullrequest:comment_deleted%', false) as is_deleted,
        record_key,
        _dlt_load_id
    from activities
),

-- a verdict has no id: its pull request, its author and its time are one
once as (
    select
        concat_ws(
            ':', 'bitbucket', case when kind = 'commented' then 'comment' else 'verdict' end,
            case when kind = 'commented' then comment_id
                else concat_ws(':', repository_id, change_number, user_id, replace(kind, 'un', ''), {{ iso_utc("submitted_at") }})
            end
        ) as review_key,
        repository_id,
        change_number,
        case when min(kind) = 'unrequested' then 'changes_requested' else min(kind) end as kind,
        max(user_id) as user_id,
        max(submitted_at) as submitted_at,
        bool_or(is_deleted) as is_deleted,
        max(record_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from occurrences
    where kind is not null and submitted_at is not null
    group by 1, 2, 3
),

withdrawn as (
    select repository_id, change_number, user_id, max(submitted_at) as withdrawn_at
    from occurrences
    where kind = 'unapproved'
    group by 1, 2, 3
),

reviews as (
    select
        'bitbucket' as source,
        -- ids
        once.review_key,
        concat('bitbucket:', once.repository_id, ':', once.change_number) as change_key,
        named.repository_key,
        actors.actor_key,
        -- text
        case when once.kind = 'approved' and withdrawn.withdrawn_at >= once.submitted_at then 'dismissed' else once.kind end as kind,
        -- flags
        coalesce(actors.is_bot, false) as is_bot,
        -- timestamps
        once.submitted_at,
        -- lineage
        once.record_key,
        once._dlt_load_id
    from once
    inner join named on once.repository_id = named.repository_ref
    left join actors on once.user_id = actors.user_id
    left join withdrawn
        on once.repository_id = withdrawn.repository_id and once.change_number = withdrawn.change_number and once.user_id = withdrawn.user_id
    where not once.is_deleted and once.kind in ('approved', 'changes_requested', 'commented')
)

select * from reviews
