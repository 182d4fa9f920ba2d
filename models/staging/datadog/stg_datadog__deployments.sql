with newest as (
    select *
    from {{ ref("base_datadog__deployments") }}
    where is_set_aside is not true
    qualify row_number() over (partition by candidate_key order by version_key desc, record_key) = 1
)

select
    'datadog' as source,
    -- ids
    candidate_key,
    repository_key,
    commit_sha,
    cast(null as {{ dbt.type_string() }}) as build_run_key,
    cast(null as {{ dbt.type_string() }}) as actor_key,
    service_name,
    -- text
    'deployment' as kind,
    version as name,
    cast(null as {{ dbt.type_string() }}) as branch,
    cast(null as {{ dbt.type_string() }}) as tag_name,
    environment_name,
    -- what is told has been deployed
    case when finished_at is not null then 'success' end as outcome,
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
from newest
