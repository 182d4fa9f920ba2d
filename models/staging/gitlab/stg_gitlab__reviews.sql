with versions as (select * from {{ ref("base_gitlab__notes") }} where is_set_aside is not true),

approvals as (
    select *
    from {{ ref("base_gitlab__merge_requests") }}
    where is_set_aside is not true
        and {{ json_text("action") }} in ('approved', 'approval', 'unapproved', 'unapproval')
),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

notes as (
    select
        review_key,
        max_by(record_key, version_key) as record_key,
        max(repository_id) as repository_id,
        try_cast(coalesce({{ latest("noteable_iid") }}, {{ latest("merge_request_iid") }}) as bigint) as change_number,
        coalesce({{ latest("author_id") }}, {{ latest("api_author_id") }}) as user_id,
        {{ latest("system") }} = 'true' as is_system,
        {{ latest("body") }} as body,
        {{ ts_utc(latest("created_at")) }} as submitted_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by 1
),

-- the system notes that tell of a verdict; what else GitLab notes of itself is no review
told as (
    select
        *,
        case
            when not coalesce(is_system, false) then 'commented'
            when lower(body) like 'approved this merge request%' then 'approved'
            when lower(body) like 'unapproved this merge request%' then 'unapproved'
            when lower(body) like 'requested changes%' then 'changes_requested'
        end as kind
    from notes
),

announced as (
    select
        concat('gitlab:approval:', {{ json_text("id") }}, ':', {{ json_text("user_id") }}, ':', coalesce({{ iso_utc(ts_utc(json_text("updated_at"))) }}, ''))
            as review_key,
        max(record_key) as record_key,
        max(repository_id) as repository_id,
        max(try_cast({{ json_text("iid") }} as bigint)) as change_number,
        max({{ json_text("user_id") }}) as user_id,
        max({{ ts_utc(json_text("updated_at")) }}) as submitted_at,
        case when max({{ json_text("action") }}) like 'un%' then 'unapproved' else 'approved' end as kind,
        max(_dlt_load_id) as _dlt_load_id
    from approvals
    group by 1
),

-- an approval is told by a webhook and by the note that GitLab writes of it: the note has an id and its own time
verdicts as (
    select review_key, record_key, repository_id, change_number, user_id, submitted_at, kind, _dlt_load_id
    from told
    where kind is not null
    union all
    select
        announced.review_key, announced.record_key, announced.repository_id, announced.change_number, announced.user_id,
        announced.submitted_at, announced.kind, announced._dlt_load_id
    from announced
    left join told
        on announced.repository_id = told.repository_id and announced.change_number = told.change_number
        and announced.user_id = told.user_id and announced.kind = told.kind
        and abs({{ seconds_between("announced.submitted_at", "told.submitted_at") }}) <= 60
    where told.review_key is null and announced.submitted_at is not null
),

withdrawn as (
    select repository_id, change_number, user_id, max(submitted_at) as withdrawn_at
    from verdicts
    where kind = 'unapproved'
    group by 1, 2, 3
),

reviews as (
    select
        'gitlab' as source,
        -- ids
        verdicts.review_key,
        concat('gitlab:', verdicts.repository_id, ':', verdicts.change_number) as change_key,
        projects.repository_key,
        actors.actor_key,
        -- text
        case when verdicts.kind = 'approved' and withdrawn.withdrawn_at >= verdicts.submitted_at then 'dismissed' else verdicts.kind end as kind,
        -- flags
        coalesce(actors.is_bot, false) as is_bot,
        -- timestamps
        verdicts.submitted_at,
        -- lineage
        verdicts.record_key,
        verdicts._dlt_load_id
    from verdicts
    inner join projects on verdicts.repository_id = projects.repository_ref
    left join actors on verdicts.user_id = actors.user_id
    left join withdrawn
        on verdicts.repository_id = withdrawn.repository_id and verdicts.change_number = withdrawn.change_number
        and verdicts.user_id = withdrawn.user_id
    where verdicts.kind <> 'unapproved'
)

select * from reviews
