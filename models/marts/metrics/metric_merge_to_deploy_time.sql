with changes as (
    select * from {{ ref('fct_changes') }}
),

deployments as (
    select * from {{ ref('fct_deployments') }}
),

deploying_services as (
    select distinct service_key
    from deployments
    where is_production
        and outcome = 'success'
),

measured_changes as (
    select *
    from changes
    where merged_at is not null
        -- the first deployment of a service carries the whole history before it
        and (deployed_at is null or is_measured)
        -- what ran in production before it was merged never waited
        and (deployed_at is null or deployed_at >= merged_at)
),

timed as (
    select
        measured_changes.*,
        {{ duration_value('merged_at', 'deployed_at') }} as seconds_to_production,
        deploying_services.service_key is not null as is_deploying_service
    from measured_changes
    left join deploying_services
        on measured_changes.service_key = deploying_services.service_key
),

observations as (
    select
        -- keys
        'merge_to_deploy_time' as metric_key,
        change_service_key as observation_key,
        change_key as event_key,
        -- timestamps
        merged_at as started_at,
        deployed_at as observed_at,
        -- segments
        service_key,
        team_key,
        -- numbers
        seconds_to_production as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        -- lineage: waiting for a deployment is known only where the service has one
        case
            when deployed_at is null then is_deploying_service
            else seconds_to_production is not null
        end as is_joined,
        record_keys
    from timed
)

select * from observations
