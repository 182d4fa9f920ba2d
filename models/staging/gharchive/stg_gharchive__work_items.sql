{% set event_time = "concat('\"', " ~ iso_utc("occurred_at") ~ ", '\"')" %}
{% set text = dbt.type_string() %}

with repository_names as (select * from {{ ref("stg_gharchive__repository_names") }}),

versions as (
    select
        *,
        coalesce(repository_id, repository_name) as repository_ref,
        coalesce(issue_opened_at, case when action = 'opened' then {{ event_time }} end) as created_at,
        coalesce(
            issue_closed_at,
            case when action = 'closed' then {{ event_time }} when action in ('opened', 'reopened') then 'null' end
        ) as ended_at,
        coalesce(
            issue_state, case when action = 'closed' then '"closed"' when action in ('opened', 'reopened') then '"open"' end
        ) as told_state,
        concat({{ iso_utc("occurred_at") }}, '|', case action when 'opened' then '0' when 'closed' then '2' else '1' end, '|', record_key) as version_key
    from {{ ref("base_gharchive__events") }}
    where event_type = 'IssuesEvent'
        and number is not null
        and not is_set_aside
),

issues as (
    select
        repository_ref,
        number,
        max_by(record_key, version_key) as record_key,
        coalesce({{ latest("issue_login") }}, max_by(login, version_key) filter (where action = 'opened')) as user_login,
        {{ json_texts(latest_fragment("issue_labels"), "$[*].name") }} as labels,
        {{ latest("told_state") }} as state,
        {{ latest("issue_reason") }} as resolution,
        coalesce({{ latest("issue_url") }}, {{ latest("timeline_url") }}) as url,
        count(*) filter (where action = 'reopened') as reopened_count,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("ended_at")) }} as closed_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by 1, 2
),

work_items as (
    select
        'gharchive' as source,
        -- ids
        concat('gharchive:', issues.repository_ref, ':issue:', issues.number) as work_item_key,
        repository_names.repository_key,
        repository_names.repository_key as project_key,
        issues.number,
        {{ actor_key("issues.user_login") }} as actor_key,
        -- text
        cast(null as {{ text }}) as type_name,
        issues.labels,
        issues.state,
        issues.resolution,
        cast(null as {{ text }}) as status_name,
        cast(null as {{ text }}) as status_category,
        cast(null as {{ text }}) as priority_name,
        cast(null as double) as estimate,
        cast(null as {{ text }}) as parent_key,
        {{ no_texts() }} as cause_references,
        {{ no_texts() }} as service_names,
        cast(null as {{ text }}) as severity_name,
        coalesce(issues.url, concat('https://', repository_names.repository_key, '/issues/', issues.number)) as url,
        -- numbers
        issues.reopened_count,
        -- flags
        false as is_deleted,
        -- timestamps
        issues.created_at,
        issues.closed_at,
        -- lineage
        issues.record_key,
        issues._dlt_load_id
    from issues
    inner join repository_names on issues.repository_ref = repository_names.repository_ref
)

select * from work_items
