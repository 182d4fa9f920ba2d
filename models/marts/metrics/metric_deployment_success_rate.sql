with deployments as (
    select * from {{ ref('fct_deployments') }}
),

finished_deployments as (
    select *
    from deployments
    where is_production
        and outcome in ('success', 'failure')
        and finished_at is not null
),

observations as (
    select
        -- keys
        'deployment_success_rate' as metric_key,
        deployment_key as observation_key,
        rollout_key as event_key,
        -- timestamps
        started_at,
        finished_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        cast(case when outcome = 'success' then 1 else 0 end as double) as value,
        cast(case when outcome = 'success' then 1 else 0 end as double) as numerator,
        cast(1 as double) as denominator,
        -- lineage: a tag, a release or a merge has no way to fail, so its success says nothing
        coalesce(kind not in ('tag', 'release', 'branch'), true) as is_joined,
        record_keys
    from finished_deployments
)

select * from observations
