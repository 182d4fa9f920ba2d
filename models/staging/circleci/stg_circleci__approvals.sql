with jobs as (select * from {{ ref("stg_circleci__jobs") }} where is_approval),

workflows as (select * from {{ ref("stg_circleci__workflows") }}),

-- an approval that a rerun does not ask again is listed there too
asked as (
    select jobs.*, workflows.build_key as workflow_key, workflows.actor_key as requester_key, workflows.url, workflows.created_at
    from (select jobs.*, workflow_key from jobs, {{ explode("jobs.workflow_keys", "workflow_key") }}) as jobs
    inner join workflows on jobs.workflow_key = workflows.build_key
    qualify row_number() over (partition by jobs.build_key order by workflows.created_at, workflows.build_key) = 1
),

approvals as (
    select
        'circleci' as source,
        -- ids
        replace(build_key, 'circleci:job:', 'circleci:approval:') as approval_key,
        'deployment' as subject_kind,
        workflow_key as subject_key,
        -- text
        cast(null as {{ dbt.type_string() }}) as service_name,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        case status when 'success' then 'approved' when 'on_hold' then 'pending' else 'cancelled' end as state,
        -- timestamps
        coalesce(started_at, created_at) as requested_at,
        stopped_at as decided_at,
        -- people
        case when status = 'success' then actor_key end as actor_key,
        requester_key,
        url,
        -- lineage
        record_key,
        _dlt_load_id
    from asked
    -- one that waits for other jobs is not asked for yet
    where status in ('success', 'on_hold', 'canceled', 'not_run', 'unauthorized')
)

select * from approvals
