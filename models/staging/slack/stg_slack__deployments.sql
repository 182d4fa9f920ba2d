with notices as (
    select *
    from {{ ref("stg_slack__facts") }}
    where fact_kind in ('deployment', 'failed_deployment') and is_current
)

select
    'slack' as source,
    -- ids
    message_key as candidate_key,
    coalesce({{ remote_name("repository") }}, {{ remote_name("concat('https://', repository)") }}) as repository_key,
    case when {{ re_match('lower(commit_ref)', "'[0-9a-f]{40}|[0-9a-f]{64}'") }} then lower(commit_ref) end as commit_sha,
    cast(null as {{ dbt.type_string() }}) as build_run_key,
    {{ actor_key("author") }} as actor_key,
    -- text
    service as service_name,
    'deployment' as kind,
    service as name,
    cast(null as {{ dbt.type_string() }}) as branch,
    version as tag_name,
    environment as environment_name,
    case fact_kind when 'deployment' then 'success' else 'failure' end as outcome,
    url,
    -- flags
    false as is_prerelease,
    false as is_deleted,
    -- timestamps: posted when it began, and edited once it was done, as bots do
    posted_at as created_at,
    posted_at as started_at,
    told_at as finished_at,
    -- lineage
    record_key,
    _dlt_load_id
from notices
