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
        'change_failure_rate' as metric_key,
        deployment_key as observation_key,
        rollout_key as event_key,
        -- timestamps
        started_at,
        finished_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        cast(case when has_failed then 1 else 0 end as double) as value,
        cast(case when has_failed then 1 else 0 end as double) as numerator,
        cast(1 as double) as denominator,
        -- lineage: a failure is its own evidence; that there was none needs the commit and the incidents to be known
        coalesce(has_failed, false) or (coalesce(is_linked, false) and coalesce(is_incident_covered, true)) as is_joined,
        record_keys
    from finished_deployments
)

select * from observations
