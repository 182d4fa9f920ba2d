{% set is_rejected = "(" ~ json_text("status") ~ " = 'rejected' or " ~ json_text("job_failure_reason") ~ " = 'deployment_rejected')" %}
{% set is_end = json_text("status") ~ " in ('success', 'failed', 'canceled', 'rejected', 'skipped')" %}

with versions as (select * from {{ ref("base_gitlab__deployments") }} where is_set_aside is not true),

jobs as (select * from {{ ref("stg_gitlab__jobs") }}),

rollouts as (
    select
        candidate_key,
        max_by(record_key, version_key) as record_key,
        max_by(repository_id, version_key) as repository_id,
        {{ latest("user_id") }} as user_id,
        lower(coalesce({{ latest("sha") }}, regexp_extract({{ latest("commit_url") }}, '/commit/([0-9a-fA-F]+)', 1))) as commit_sha,
        'gitlab:job:' || coalesce({{ latest("job_id") }}, {{ latest("deployable_id") }}) as job_key,
        'gitlab:pipeline:' || {{ latest("job_pipeline_id") }} as pipeline_key,
        {{ latest("job_name") }} as job_name,
        {{ latest("ref") }} as ref_name,
        try_cast({{ latest("job_tag") }} as boolean) as is_tag,
        -- a webhook gives its name, the API the environment
        max_by(
            coalesce({{ json_text("environment_name") }}, case when environment like '"%' then {{ json_text("environment") }} end), version_key
        ) as environment_name,
        coalesce({{ latest("job_url") }}, {{ latest("deployable_url") }}) as url,
        -- the first end counts: what comes after it is no finish; what is rejected GitLab calls failed too, though nothing was rolled out
        case when bool_or({{ is_rejected }}) then 'rejected'
            else min_by({{ json_text("status") }}, version_key) filter (where {{ is_end }})
        end as end_status,
        coalesce(min({{ ts_utc(json_text("created_at")) }}), min({{ ts_utc(json_text("status_changed_at")) }})) as created_at,
        coalesce(
            {{ ts_utc(latest("job_started_at")) }},
            min({{ ts_utc(json_text("status_changed_at")) }}) filter (where {{ json_text("status") }} = 'running')
        ) as started_at,
        coalesce(
            {{ ts_utc(latest("job_finished_at")) }},
            min({{ ts_utc(json_text("status_changed_at")) }}) filter (where {{ is_end }}),
            min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ is_end }})
        ) as finished_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by 1
),

located as (
    select
        -- ids
        rollouts.candidate_key,
        rollouts.repository_id,
        rollouts.commit_sha,
        coalesce(rollouts.pipeline_key, jobs.pipeline_key) as pipeline_key,
        rollouts.user_id,
        -- text
        coalesce(rollouts.job_name, jobs.name) as name,
        case when coalesce(rollouts.is_tag, jobs.is_tag, false) then null else coalesce(rollouts.ref_name, jobs.ref) end as branch,
        case when coalesce(rollouts.is_tag, jobs.is_tag, false) then coalesce(rollouts.ref_name, jobs.ref) end as tag_name,
        rollouts.environment_name,
        case rollouts.end_status
            when 'success' then 'success' when 'failed' then 'failure' when 'skipped' then 'skipped'
            when 'canceled' then 'cancelled' when 'rejected' then 'cancelled'
        end as outcome,
        rollouts.url,
        -- timestamps
        rollouts.created_at,
        coalesce(rollouts.started_at, rollouts.created_at) as started_at,
        case when rollouts.end_status is not null then rollouts.finished_at end as finished_at,
        -- lineage
        rollouts.record_key,
        rollouts._dlt_load_id
    from rollouts
    left join jobs on rollouts.job_key = jobs.build_key
)

select * from located
