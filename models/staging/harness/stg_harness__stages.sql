with stages as (
    select *
    from {{ ref("base_harness__stages") }}
    where is_set_aside is not true
        -- what holds stages is none
        and coalesce(lower(kind), '') not in ('parallel', 'strategy', 'matrix', 'loop', 'group', 'parallelism')
),

merged as (
    select
        concat(run_key, ':', stage_id) as build_key,
        run_key,
        max_by(record_key, version_key) as record_key,
        {{ latest_fragment("name") }} as name,
        {{ latest_fragment("kind") }} as kind,
        {{ latest_fragment("status") }} as status,
        {{ latest_fragment("service_name") }} as service_name,
        {{ latest_fragment("environment_name") }} as environment_name,
        {{ re_group("lower(" ~ latest_fragment("artifact_tag") ~ ")", "'^(?:sha-)?([0-9a-f]{40})$'") }} as artifact_sha,
        -- a notification knows seconds: the API's milliseconds go before
        {{ latest_fragment("started_at") }} as started_at,
        {{ latest_fragment("finished_at") }} as finished_at,
        max(_dlt_load_id) as _dlt_load_id
    from stages
    group by 1, 2
),

outcomes as (
    select
        *,
        case
            when status = 'success' then 'success'
            when status in ('failed', 'errored', 'expired', 'ignorefailed') then 'failure'
            when status in ('aborted', 'abortedbyfreeze', 'approvalrejected', 'suspended') then 'cancelled'
            when status in ('skipped', 'notstarted') and (status = 'skipped' or finished_at is not null) then 'skipped'
        end as outcome,
        coalesce(status = 'ignorefailed', false) as is_allowed_failure
    from merged
)

select * from outcomes
