-- Roll-outs to production that finished: what can be blamed, with what came next.
with deployments as (
    select * from {{ ref('int_deployments') }} where is_production and finished_at is not null and outcome is not null
)

select
    *,
    min(case when outcome = 'success' then finished_at end) over (
        partition by service_key, environment, repository_key, line_key
        order by finished_at, rollout_key
        rows between 1 following and unbounded following
    ) as next_success_at
from deployments
