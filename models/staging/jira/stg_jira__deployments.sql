with versions as (select * from {{ ref("base_jira__versions") }} where is_set_aside is not true),

projects as (select * from {{ ref("stg_jira__projects") }}),

merged as (
    select
        candidate_key,
        max_by(record_key, version_key) as record_key,
        {{ latest("project_id") }} as project_id,
        {{ latest("name") }} as name,
        {{ latest("version_link") }} as version_link,
        coalesce({{ latest("released") }} = 'true', false) as is_released,
        coalesce(bool_or(event in ('jira:version_deleted', 'versions.gone')), false) as is_deleted,
        {{ ts_utc(latest("started_on")) }} as started_on,
        {{ ts_utc(latest("released_on")) }} as released_on,
        max(told_at) filter (where event = 'jira:version_released') as told_released_at,
        min(told_at) as first_told_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by candidate_key
),

-- a version says the day at most; who released it that day is told by the webhook's clock
timed as (
    select
        *,
        case
            when not is_released then null
            when released_on is null or told_released_at between released_on - interval 1 day and released_on + interval 2 day then told_released_at
            else released_on
        end as finished_at
    from merged
),

deployments as (
    select
        'jira' as source,
        -- ids
        timed.candidate_key,
        cast(null as varchar) as repository_key,
        cast(null as varchar) as commit_sha,
        cast(null as varchar) as build_run_key,
        cast(null as varchar) as actor_key,
        projects.project_code as service_name,
        -- text
        'release' as kind,
        timed.name,
        cast(null as varchar) as branch,
        timed.name as tag_name,
        cast(null as varchar) as environment_name,
        case when timed.finished_at is not null then 'success' end as outcome,
        nullif(regexp_extract(timed.version_link, '^(https?://.+)/rest/', 1), '')
        || '/projects/' || upper(projects.project_code) || '/versions/' || substr(timed.candidate_key, 14) as url,
        -- flags
        false as is_prerelease,
        timed.is_deleted,
        -- timestamps
        coalesce(timed.started_on, timed.first_told_at, timed.finished_at) as created_at,
        timed.finished_at as started_at,
        timed.finished_at,
        -- lineage
        timed.record_key,
        timed._dlt_load_id
    from timed
    left join projects on timed.project_id = projects.project_id
)

select * from deployments
