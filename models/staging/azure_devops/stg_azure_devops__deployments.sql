with repositories as (
    select repository_id, {{ latest_fragment("repository_key") }} as repository_key
    from {{ ref("base_azure_devops__repositories") }}
    where is_set_aside is not true
    group by 1
),

builds as (select * from {{ ref("stg_azure_devops__builds") }} where kind = 'run'),

releases as (
    select *
    from {{ ref("base_azure_devops__deployments") }}
    where is_set_aside is not true
    qualify row_number() over (partition by candidate_key order by version_key desc, record_key) = 1
),

records as (
    select *
    from {{ ref("base_azure_devops__environment_records") }}
    where is_set_aside is not true
    qualify row_number() over (partition by candidate_key order by version_key desc, record_key) = 1
),

candidates as (
    select
        candidate_key, repository_id, commit_sha, build_run_key, {{ actor_key("user_name") }} as actor_key,
        definition as service_name, release_name as name, branch, environment_name, url,
        case
            when status in ('succeeded', 'partiallysucceeded') then 'success'
            when status = 'failed' then 'failure'
            -- any other operation is still to end
            when status = 'notdeployed' and operation in ('rejected', 'canceled', 'phasecanceled', 'gatefailed') then 'cancelled'
        end as outcome,
        queued_at as created_at, started_at, completed_at as finished_at, record_key, _dlt_load_id
    from releases
    union all
    select
        candidate_key, null, null, build_run_key, null, definition, name, null, environment_name, null,
        case
            when result in ('succeeded', 'succeededwithissues') then 'success'
            when result = 'failed' then 'failure'
            when result in ('canceled', 'abandoned') then 'cancelled'
            when result = 'skipped' then 'skipped'
        end,
        queued_at, started_at, finished_at, record_key, _dlt_load_id
    from records
),

deployments as (
    select
        'azure_devops' as source,
        -- ids
        candidates.candidate_key,
        coalesce(repositories.repository_key, builds.repository_key) as repository_key,
        coalesce(candidates.commit_sha, builds.commit_sha) as commit_sha,
        builds.run_key as build_run_key,
        coalesce(candidates.actor_key, builds.actor_key) as actor_key,
        candidates.service_name,
        -- text
        'deployment' as kind,
        candidates.name,
        coalesce(candidates.branch, builds.branch) as branch,
        cast(null as {{ dbt.type_string() }}) as tag_name,
        candidates.environment_name,
        candidates.outcome,
        coalesce(candidates.url, builds.url) as url,
        -- flags
        false as is_prerelease,
        false as is_deleted,
        -- timestamps
        candidates.created_at,
        candidates.started_at,
        case when candidates.outcome is not null then candidates.finished_at end as finished_at,
        -- lineage
        candidates.record_key,
        candidates._dlt_load_id
    from candidates
    left join repositories on candidates.repository_id = repositories.repository_id
    left join builds on candidates.build_run_key = builds.build_key
)

select * from deployments
