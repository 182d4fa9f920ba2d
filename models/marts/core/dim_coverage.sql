-- Stretches of time in which a load saw everything of its kind: only there does nothing mean zero.
with ledger as (
    select * from {{ ref('int_load_ledger') }}
),

-- what a load reads is a repository, a service or project as its tool calls it, or a whole account
scopes as (
    select repository_key as scope, service_key from {{ ref('int_service_repositories') }}
    union
    select lower(concat(source, ':service:', service_name)) as scope, service_key from {{ ref('int_service_names') }}
    union
    select source as scope, service_key from {{ ref('int_service_names') }}
    union
    select lower(source) as scope, service_key from {{ ref('service_names') }} where source is not null
    union
    select lower(concat(split_part(project_key, ':', 1), ':project:', split_part(project_key, ':', 2))) as scope, service_key
    from {{ ref('project_services') }}
),

event_kinds as (
    select * from {{ ref('ledger_entities') }}
),

deployments as (
    select service_key, kind, min(occurred_at) as first_at
    from {{ ref('int_deployments') }}
    where is_production
    group by service_key, kind
),

first_events as (
    select 'deployments' as event_kind, service_key, min(first_at) as first_at
    from deployments
    group by service_key
    union all
    select 'changes' as event_kind, change_services.service_key, min(changes.merged_at) as first_at
    from {{ ref('int_changes') }} as changes
    inner join {{ ref('int_change_services') }} as change_services on changes.change_key = change_services.change_key
    group by change_services.service_key
    union all
    select 'incidents' as event_kind, service_key, min(opened_at) as first_at
    from {{ ref('int_incidents') }}
    group by service_key
),

as_of as (
    select as_of from {{ ref('int_as_of') }}
),

-- a service's deployments are seen by the source of the kind that its rules count
seen as (
    select
        scopes.service_key,
        event_kinds.event_kind,
        -- a source that reaches back to its own beginning covers from the first event on: before it there was nothing to count
        coalesce(ledger.covered_from, first_events.first_at) as covered_from,
        least(ledger.covered_until, as_of.as_of) as covered_until
    from ledger
    inner join scopes on lower(ledger.scope) = scopes.scope
    inner join event_kinds on ledger.entity = event_kinds.entity
    cross join as_of
    left join deployments
        on scopes.service_key = deployments.service_key and event_kinds.deployment_kind = deployments.kind
    left join first_events
        on scopes.service_key = first_events.service_key and event_kinds.event_kind = first_events.event_kind
    where event_kinds.event_kind <> 'deployments' or deployments.service_key is not null
),

-- stretches that touch or overlap are one
starts as (
    select
        *,
        covered_from > max(covered_until) over (
            partition by service_key, event_kind
            order by covered_from, covered_until
            rows between unbounded preceding and 1 preceding
        ) as is_after_gap
    from seen
    where covered_from < covered_until
),

numbered as (
    select
        *,
        count(*) filter (where is_after_gap) over (
            partition by service_key, event_kind
            order by covered_from, covered_until
            rows between unbounded preceding and current row
        ) as stretch
    from starts
)

select
    service_key,
    event_kind,
    min(covered_from) as covered_from,
    max(covered_until) as covered_until
from numbered
group by service_key, event_kind, stretch
