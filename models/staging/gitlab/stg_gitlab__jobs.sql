{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}

with versions as (
    select *
    from {{ ref("base_gitlab__jobs") }}
    {{ touched(ref("base_gitlab__jobs"), "build_key") }}
),

jobs as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        max_by(repository_id, version_key) as repository_id,
        concat('gitlab:pipeline:', coalesce({{ latest("pipeline_id") }}, {{ latest("hook_pipeline_id") }})) as pipeline_key,
        try_cast(coalesce({{ latest("id") }}, {{ latest("build_id") }}) as bigint) as job_id,
        {{ latest("user_id") }} as user_id,
        lower(coalesce({{ latest("sha") }}, {{ latest("hook_sha") }})) as commit_sha,
        -- text
        coalesce({{ latest("name") }}, {{ latest("build_name") }}) as name,
        max_by({{ json_text("ref") }}, version_key) filter (where {{ json_text("ref") }} not like 'refs/%') as ref,
        max_by({{ first_text(["status", "build_status"]) }}, version_key) as status,
        -- a job may also stop, prepare, verify or look into an environment: only `start` deploys to it
        case when coalesce({{ latest("environment_action") }}, 'start') = 'start' then {{ latest("environment_name") }} end as environment_name,
        {{ latest("web_url") }} as url,
        -- flags
        coalesce(try_cast(max_by({{ first_text(["tag"]) }}, version_key) as boolean), false) as is_tag,
        coalesce(try_cast(max_by({{ first_text(["allow_failure", "build_allow_failure"]) }}, version_key) as boolean), false) as is_allowed_failure,
        -- timestamps
        max({{ ts_utc(first_text(["created_at", "build_created_at"])) }}) as created_at,
        max({{ ts_utc(first_text(["started_at", "build_started_at"])) }}) as started_at,
        max({{ ts_utc(first_text(["finished_at", "build_finished_at"])) }}) as finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from jobs
