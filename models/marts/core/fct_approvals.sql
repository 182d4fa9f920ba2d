with approvals as (
    select * from {{ ref('int_approvals') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

-- a candidate that rolls out several services at once has none of its own
candidates as (
    select
        candidate_key,
        min(environment) as environment,
        case when count(distinct service_key) = 1 then min(service_key) end as service_key
    from {{ ref('int_candidate_services') }}
    group by candidate_key
),

owners as (
    select * from {{ ref('int_service_teams') }}
),

placed as (
    select
        approvals.*,
        coalesce(candidates.service_key, service_names.service_key) as hit_service_key,
        coalesce(candidates.environment, approvals.environment_name) as hit_environment
    from approvals
    left join candidates on approvals.subject_key = candidates.candidate_key
    left join service_names on approvals.source = service_names.source and approvals.service_name = service_names.service_name
)

select
    placed.approval_key,
    placed.source,
    placed.subject_kind as target_kind,
    placed.subject_key as target_key,
    placed.hit_service_key as service_key,
    owners.team_key,
    placed.hit_environment as environment,
    placed.state,
    placed.actor_key = placed.requester_key as is_own_request,
    placed.requested_at,
    placed.decided_at,
    placed.url,
    {{ list_of('placed.record_key') }} as record_keys
from placed
left join owners
    on placed.hit_service_key = owners.service_key
    and placed.requested_at >= owners.valid_from and placed.requested_at < owners.valid_until
