with events as (
    select
        *,
        coalesce(task_name, pipeline_name) as run_name,
        coalesce(url, uri) as page,
        coalesce(pipeline_run_source, event_source) || '#' || pipeline_run as whole_run_key,
        concat({{ iso_utc("occurred_at") }}, '|', record_key) as version_key
    from {{ ref("base_cdevents__events") }}
    where subject in ('pipelinerun', 'taskrun', 'build')
        and not is_set_aside
),

runs as (
    select
        case subject when 'taskrun' then 'task' when 'build' then 'build' else 'run' end as form,
        subject_key,
        max_by(whole_run_key, version_key) filter (where whole_run_key is not null) as run_key,
        max_by(run_name, version_key) filter (where run_name is not null) as name,
        max_by(page, version_key) filter (where page is not null) as url,
        lower(max_by(outcome, version_key) filter (where predicate = 'finished')) as outcome,
        min(occurred_at) as first_at,
        min(occurred_at) filter (where predicate = 'started') as started_at,
        max(occurred_at) filter (where predicate = 'finished') as finished_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from events
    group by 1, 2
),

builds as (
    select
        'cdevents' as source,
        -- ids
        concat('cdevents:', form, ':', subject_key) as build_key,
        coalesce('cdevents:run:' || run_key, concat('cdevents:', form, ':', subject_key)) as run_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        cast(null as {{ dbt.type_string() }}) as commit_sha,
        cast(null as {{ dbt.type_string() }}) as actor_key,
        -- text
        case form when 'task' then 'job' else 'run' end as kind,
        name,
        cast(null as {{ dbt.type_string() }}) as trigger,
        cast(null as {{ dbt.type_string() }}) as branch,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        case outcome when 'success' then 'success' when 'failure' then 'failure' when 'error' then 'failure' when 'cancel' then 'cancelled' end as outcome,
        url,
        -- numbers
        cast(null as bigint) as attempt,
        -- flags
        false as is_allowed_failure,
        -- timestamps
        first_at as created_at,
        started_at,
        finished_at,
        -- lineage
        record_key,
        _dlt_load_id
    from runs
)

select * from builds
