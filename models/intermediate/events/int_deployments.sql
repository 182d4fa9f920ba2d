{%- set columns = [
    'candidate_key', 'kind', 'commit_sha', 'tag_name', 'created_at', 'started_at', 'finished_at', 'outcome', 'actor_key', 'url', 'record_key'
] -%}

with candidates as (
    select * from {{ ref('int_deployment_candidates') }}
),

candidate_services as (
    select * from {{ ref('int_candidate_services') }}
),

-- what a tool deploys by name comes from the one repository of its service
repositories as (
    select service_key, min(repository_key) as repository_key
    from {{ ref('int_service_repositories') }}
    group by service_key
    having count(distinct repository_key) = 1
),

rolled_out as (
    select
        candidate_services.service_key,
        candidate_services.environment,
        candidate_services.is_production,
        candidate_services.region,
        candidate_services.line_key,
        candidate_services.rule_key,
        {%- for column in columns %}
        candidates.{{ column }},
        {%- endfor %}
        coalesce(candidates.repository_key, repositories.repository_key) as repository_key,
        coalesce(candidates.commit_sha, candidates.candidate_key) as revision,
        coalesce(candidates.started_at, candidates.created_at, candidates.finished_at) as begun_at
    from candidates
    inner join candidate_services on candidates.candidate_key = candidate_services.candidate_key
    left join repositories on candidate_services.service_key = repositories.service_key
),

-- the n-th time that a region gets a commit is its part in the n-th roll-out of it; tags and releases of one commit are one release
ordered as (
    select
        *,
        case
            when kind in ('tag', 'release') then 1
            else row_number() over (
                partition by service_key, environment, repository_key, revision, region
                order by begun_at, candidate_key
            )
        end as repetition
    from rolled_out
),

roll_outs as (
    select
        service_key,
        environment,
        repository_key,
        revision,
        repetition,
        -- the first to begin gives its name
        min_by(candidate_key, (begun_at, candidate_key)) as rollout_key,
        bool_or(is_production) as is_production,
        min(commit_sha) as commit_sha,
        min_by(line_key, (begun_at, candidate_key)) as line_key,
        min(kind) as kind,
        min(rule_key) as rule_key,
        min(created_at) as created_at,
        min(started_at) as started_at,
        case
            when count(*) filter (where kind in ('tag', 'release')) > 0 then min(finished_at)
            when count(*) filter (where finished_at is null and outcome is null) = 0 then max(finished_at)
        end as finished_at,
        case
            when count(*) filter (where outcome = 'failure') > 0 then 'failure'
            when count(*) filter (where outcome is null) > 0 then null
            else 'success'
        end as outcome,
        min_by(actor_key, (begun_at, candidate_key)) as actor_key,
        min_by(url, (begun_at, candidate_key)) as url,
        min_by(record_key, (begun_at, candidate_key)) as record_key,
        {{ agg_sorted('record_key') }} as record_keys,
        {{ agg_sorted('candidate_key') }} as candidate_keys,
        {{ agg_sorted('tag_name') }} as tag_names
    from ordered
    where outcome is null or outcome in ('success', 'failure')
    group by service_key, environment, repository_key, revision, repetition
)

select
    md5(concat(service_key, '|', environment, '|', rollout_key)) as deployment_key,
    rollout_key,
    repository_key,
    is_production,
    commit_sha,
    line_key,
    kind,
    rule_key,
    created_at,
    started_at,
    finished_at,
    url,
    record_keys,
    candidate_keys,
    tag_names,
    -- the order of what went live; a roll-out that failed or still runs has no place in it
    case when outcome = 'success' and finished_at is not null then
        row_number() over (
            partition by service_key, environment, repository_key, outcome = 'success' and finished_at is not null
            order by finished_at, rollout_key
        )
    end as ordinal,
    coalesce(finished_at, started_at, created_at) as occurred_at,
    service_key,
    actor_key,
    environment,
    outcome,
    coalesce(commit_sha, rollout_key) as join_key,
    record_key
from roll_outs
