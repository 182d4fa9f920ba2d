with reviews as (
    select * from {{ ref('int_reviews') }}
),

changes as (
    select change_key, actor_key from {{ ref('int_change_requests') }}
)

select
    reviews.review_key,
    reviews.change_key,
    reviews.repository_key,
    reviews.kind,
    reviews.is_bot,
    coalesce(reviews.actor_key = changes.actor_key, false) as is_by_author,
    reviews.submitted_at,
    {{ list_of('reviews.record_key') }} as record_keys
from reviews
left join changes on reviews.change_key = changes.change_key
