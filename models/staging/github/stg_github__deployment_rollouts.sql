with requests as (select * from {{ ref("stg_github__deployment_requests") }}),

statuses as (select * from {{ ref("stg_github__deployment_statuses") }}),

ends as (
    select
        *,
        state in ('success', 'failure', 'error') as is_end,
        concat({{ iso_utc("occurred_at") }}, '|', status_key) as status_order
    from statuses
),

progress as (
    select
        candidate_key,
        min(occurred_at) filter (where state = 'in_progress') as started_at,
        -- the first end counts: 'inactive' is a later deployment's doing, and what follows a success is no finish
        min(occurred_at) filter (where is_end) as finished_at,
        min_by(state, status_order) filter (where is_end) as end_state,
        max(run_id) as run_id,
        max_by(url, status_order) filter (where url is not null) as url,
        max(_dlt_load_id) as _dlt_load_id
    from ends
    group by 1
),

rollouts as (
    select
        -- ids
        requests.candidate_key,
        requests.repository_ref,
        requests.commit_sha,
        requests.actor_key,
        'github:run:' || coalesce(requests.run_id, progress.run_id) as build_run_key,
        -- text
        requests.name,
        nullif(requests.ref, requests.commit_sha) as ref,
        requests.environment_name,
        case when progress.end_state = 'error' then 'failure' else progress.end_state end as outcome,
        progress.url,
        -- timestamps
        requests.created_at,
        coalesce(progress.started_at, requests.created_at) as started_at,
        progress.finished_at,
        -- lineage
        requests.record_key,
        greatest(requests._dlt_load_id, progress._dlt_load_id) as _dlt_load_id
    from requests
    left join progress on requests.candidate_key = progress.candidate_key
)

select * from rollouts
