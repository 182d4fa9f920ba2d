with deployments as (
    select * from {{ ref('fct_deployments') }}
),

failed_deployments as (
    select *
    from deployments
    where is_production
        and has_failed
        and failed_at is not null
),

timed as (
    select
        *,
        {{ duration_value('failed_at', 'restored_at') }} as seconds_to_recover
    from failed_deployments
),

observations as (
    select
        -- keys
        'failed_deployment_recovery_time' as metric_key,
        deployment_key as observation_key,
        rollout_key as event_key,
        -- timestamps
        failed_at as started_at,
        restored_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        seconds_to_recover as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        -- lineage
        restored_at is null or seconds_to_recover is not null as is_joined,
        record_keys
    from timed
)

select * from observations
