with changes as (
    select * from {{ ref('fct_changes') }}
),

reviewed_changes as (
    select
        *,
        first_review_at as stage_started_at
    from changes
    where has_request
        and merged_at is not null
        -- a comment on merged work is no review of it
        and first_review_at <= merged_at
),

timed as (
    select
        *,
        {{ duration_value('stage_started_at', 'merged_at') }} as stage_seconds
    from reviewed_changes
),

observations as (
    select
        -- keys
        'review_time' as metric_key,
        change_service_key as observation_key,
        change_key as event_key,
        -- timestamps
        stage_started_at as started_at,
        merged_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        stage_seconds as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        -- lineage
        stage_seconds is not null as is_joined,
        record_keys
    from timed
)

select * from observations
