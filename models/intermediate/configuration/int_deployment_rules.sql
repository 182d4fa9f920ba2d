with company_rules as (
    select * from {{ ref('deployment_rules') }}
),

default_rules as (
    select * from {{ ref('default_deployment_rules') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

rules as (
    select
        rule_key,
        kind,
        repository_key,
        name_pattern,
        branch_pattern,
        environment_pattern,
        environment,
        service_key,
        line_pattern,
        coalesce(precedence, 100) as precedence,
        valid_from,
        valid_until
    from company_rules
    union all
    select
        rule_key,
        kind,
        repository_key,
        name_pattern,
        branch_pattern,
        environment_pattern,
        environment,
        service_key,
        line_pattern,
        precedence,
        valid_from,
        valid_until
    from default_rules
),

-- a rule given with a load (`--tag-regex`), for those who have written no seed yet
declared_rules as (
    select
        concat('declared_', repository_key) as rule_key,
        'tag' as kind,
        repository_key,
        declared_tag_regex as name_pattern,
        cast(null as varchar) as branch_pattern,
        cast(null as varchar) as environment_pattern,
        'production' as environment,
        cast(null as varchar) as service_key,
        cast(null as varchar) as line_pattern,
        50 as precedence,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_until
    from repositories
    where declared_tag_regex is not null
)

select * from rules
union all
select * from declared_rules
