with changes as (select * from {{ ref("stg_azure_devops__changes") }}),

entries as (
    select *
    from {{ ref("base_azure_devops__threads") }}
    where is_set_aside is not true
        and ((position = 0 and kind = 'VoteUpdate') or (position > 0 and lower(kind) = 'text'))
    qualify row_number() over (partition by review_key order by received_at desc, record_key) = 1
),

reviews as (
    select
        'azure_devops' as source,
        -- ids
        entries.review_key,
        entries.change_key,
        changes.repository_key,
        {{ actor_key("entries.author") }} as actor_key,
        -- text: 10 approved, 5 with suggestions, 0 taken back, -5 waits for the author, -10 rejected
        case
            when entries.position > 0 then 'commented'
            when entries.vote > 0 then 'approved'
            when entries.vote < 0 then 'changes_requested'
            else 'dismissed'
        end as kind,
        -- flags
        false as is_bot,
        -- timestamps
        entries.submitted_at,
        -- lineage
        entries.record_key,
        entries._dlt_load_id
    from entries
    inner join changes on entries.change_key = changes.change_key
    where not entries.is_deleted
)

select * from reviews
