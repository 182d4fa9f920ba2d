with deployments as (
    select * from {{ ref('fct_deployments') }}
),

successful_deployments as (
    select *
    from deployments
    where is_production
        and outcome = 'success'
        and finished_at is not null
),

observations as (
    select
        -- keys
        'deployment_frequency' as metric_key,
        deployment_key as observation_key,
        rollout_key as event_key,
        -- timestamps
        started_at,
        finished_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        cast(1 as double) as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        -- lineage
        true as is_joined,
        record_keys
    from successful_deployments
)

select * from observations
