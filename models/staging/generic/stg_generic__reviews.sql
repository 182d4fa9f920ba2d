with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'review'
        and not is_set_aside
),

reviews as (
    select
        'generic' as source,
        concat('generic:review:', id) as review_key,
        'generic:change:' || {{ latest("change") }} as change_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        {{ actor_key(latest("reviewer")) }} as actor_key,
        {{ latest("kind") }} as kind,
        coalesce({{ latest("is_bot") }} = 'true', false) as is_bot,
        {{ ts_utc(latest("submitted_at")) }} as submitted_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from reviews
