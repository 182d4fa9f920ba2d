-- What each candidate deploys, and where: the best rule that matches it, its environment, its services.
with candidates as (
    select
        candidates.*,
        coalesce(candidates.finished_at, candidates.started_at, candidates.created_at) as occurred_at,
        case when names.is_mapped then names.service_key end as named_service_key,
        names.service_key as shown_service_key
    from {{ ref('int_deployment_candidates') }} as candidates
    left join {{ ref('int_service_names') }} as names
        on candidates.source = names.source
        and coalesce(candidates.service_name, case when candidates.repository_key is null then 'unknown' end) = names.service_name
),

rules as (select * from {{ ref('int_deployment_rules') }}),

environments as (select * from {{ ref('int_environments') }}),

service_repositories as (
    select distinct service_key, repository_key from {{ ref('int_service_repositories') }}
),

matched as (
    select
        candidates.candidate_key,
        candidates.repository_key,
        candidates.environment_name,
        candidates.occurred_at,
        rules.rule_key,
        rules.precedence,
        rules.environment as rule_environment,
        coalesce(rules.service_key, candidates.named_service_key) as rule_service_key,
        candidates.shown_service_key,
        rules.valid_from,
        rules.valid_until,
        coalesce(
            {{ re_group('coalesce(candidates.tag_name, candidates.branch, candidates.name)', 'rules.line_pattern') }}, ''
        ) as line_key
    from candidates
    inner join rules
        on candidates.kind = rules.kind
        -- what a tool deploys is told by its repository, or by the service that its name stands for
        and (
            rules.repository_key is null
            or lower(rules.repository_key) = candidates.repository_key
            or rules.service_key = candidates.named_service_key
        )
        and coalesce(rules.service_key = candidates.named_service_key, true)
    where (rules.name_pattern is null or {{ re_match('candidates.name', 'rules.name_pattern') }})
        and (rules.branch_pattern is null or {{ re_match('candidates.branch', 'rules.branch_pattern') }})
        and (rules.environment_pattern is null or {{ re_match('candidates.environment_name', 'rules.environment_pattern') }})
        and (rules.valid_from is null or candidates.occurred_at >= rules.valid_from)
        and (rules.valid_until is null or candidates.occurred_at < rules.valid_until)
),

named_environments as (
    select
        names.environment_name,
        environments.environment,
        environments.region,
        environments.is_production
    from (select distinct environment_name from matched where environment_name is not null) as names
    inner join environments on {{ re_match('names.environment_name', 'environments.environment_pattern') }}
    qualify row_number() over (
        partition by names.environment_name
        order by environments.rank_of_origin, length(environments.environment_pattern) desc, environments.environment_pattern
    ) = 1
),

production_environments as (
    select environment, bool_or(is_production) as is_production
    from environments
    group by environment
),

placed as (
    select
        matched.*,
        coalesce(matched.rule_environment, named_environments.environment, lower(matched.environment_name), 'unknown') as environment,
        coalesce(named_environments.region, matched.environment_name, '') as region,
        coalesce(matched.rule_service_key, service_repositories.service_key, matched.shown_service_key) as service_key
    from matched
    left join named_environments on matched.environment_name = named_environments.environment_name
    left join service_repositories on matched.repository_key = service_repositories.repository_key and matched.rule_service_key is null
),

-- of two rules that report the same service and environment at the same time, the one with the higher precedence is authoritative
rules_in_use as (
    select distinct service_key, environment, rule_key, precedence, valid_from, valid_until from placed
),

authoritative as (
    select
        placed.candidate_key,
        placed.service_key,
        placed.environment,
        max(rules_in_use.precedence) as precedence
    from placed
    inner join rules_in_use
        on placed.service_key = rules_in_use.service_key and placed.environment = rules_in_use.environment
        and (rules_in_use.valid_from is null or placed.occurred_at >= rules_in_use.valid_from)
        and (rules_in_use.valid_until is null or placed.occurred_at < rules_in_use.valid_until)
    group by placed.candidate_key, placed.service_key, placed.environment
)

select
    placed.candidate_key,
    placed.service_key,
    placed.environment,
    coalesce(production_environments.is_production, false) as is_production,
    placed.region,
    placed.line_key,
    placed.rule_key
from placed
inner join authoritative
    on placed.candidate_key = authoritative.candidate_key and placed.service_key = authoritative.service_key
    and placed.environment = authoritative.environment and placed.precedence = authoritative.precedence
left join production_environments on placed.environment = production_environments.environment
qualify row_number() over (partition by placed.candidate_key, placed.service_key, placed.environment order by placed.rule_key) = 1
