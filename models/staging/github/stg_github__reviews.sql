with review_events as (select * from {{ ref("stg_github__review_events") }}),

actors as (select * from {{ ref("stg_github__actors") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

reviews as (
    select
        'github' as source,
        -- ids
        review_events.review_key,
        concat('github:', repository_references.repository_id, ':', review_events.change_number) as change_key,
        repository_references.repository_key,
        review_events.actor_key,
        -- text
        case
            when review_events.state in ('approved', 'changes_requested', 'dismissed') then review_events.state
            else 'commented'
        end as kind,
        -- flags
        coalesce(actors.is_bot, false) as is_bot,
        -- timestamps
        review_events.submitted_at,
        -- lineage
        review_events.record_key,
        review_events._dlt_load_id
    from review_events
    inner join repository_references on review_events.repository_ref = repository_references.repository_ref
    left join actors on review_events.actor_key = actors.actor_key
    where review_events.is_on_change
)

select * from reviews
