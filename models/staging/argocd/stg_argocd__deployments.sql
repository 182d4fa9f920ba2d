with versions as (select * from {{ ref("base_argocd__sync_operations") }} where is_set_aside is not true),

operations as (
    select
        candidate_key,
        max_by(record_key, version_key) as record_key,
        max_by(application, version_key) as application,
        {{ latest_fragment("commit_sha") }} as commit_sha,
        {{ latest_fragment("repository_key") }} as repository_key,
        {{ latest_fragment("username") }} as username,
        max_by(revision, version_key) as revision,
        max_by(name, version_key) as name,
        {{ latest_fragment("branch") }} as branch,
        {{ latest_fragment("environment_name") }} as environment_name,
        max_by(phase, version_key) as phase,
        max_by(is_terminated, version_key) as is_terminated,
        bool_or(is_automated) as is_automated,
        bool_or(is_dry_run) as is_dry_run,
        min(started_at) as started_at,
        -- the first end counts: what a later notification of the same operation tells is the application's health
        min(finished_at) as finished_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by candidate_key
),

ordered as (
    select
        *,
        max_by(revision, case when phase = 'succeeded' and not is_dry_run then started_at end) over (
            partition by application order by started_at, candidate_key rows between unbounded preceding and 1 preceding
        ) as live_revision
    from operations
),

deployments as (
    select
        'argocd' as source,
        -- ids
        candidate_key,
        repository_key,
        commit_sha,
        cast(null as {{ dbt.type_string() }}) as build_run_key,
        {{ actor_key("username") }} as actor_key,
        -- text
        name as service_name,
        'deployment' as kind,
        name,
        branch,
        cast(null as {{ dbt.type_string() }}) as tag_name,
        environment_name,
        case
            -- self-heal brings back what is live already; a dry run brings nothing
            when is_dry_run or (is_automated and revision = live_revision) then 'skipped'
            when phase = 'succeeded' then 'success'
            when phase in ('failed', 'error') and is_terminated then 'cancelled'
            when phase in ('failed', 'error') then 'failure'
        end as outcome,
        cast(null as {{ dbt.type_string() }}) as url,
        -- flags
        false as is_prerelease,
        false as is_deleted,
        -- timestamps
        started_at as created_at,
        started_at,
        finished_at,
        -- lineage
        record_key,
        _dlt_load_id
    from ordered
)

select * from deployments
