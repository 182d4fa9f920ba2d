{#- entity, its key, when it began, and when it ended (null: not yet, or never does), all of one payload -#}
{% set objects = [
    ("pull_requests", "pull_request_key", "created_at", json_text("closed_at")),
    ("issues", "issue_key", "created_at", json_text("closed_at")),
    ("reviews", "review_key", "submitted_at", "null"),
    ("review_comments", "review_key", "created_at", "null"),
    ("issue_comments", "review_key", "created_at", "null"),
    ("workflow_runs", "build_key", "run_started_at",
        "case when " ~ json_text("status") ~ " = 'completed' then " ~ json_text("updated_at") ~ " end"),
    ("workflow_jobs", "build_key", "created_at",
        "case when " ~ json_text("status") ~ " = 'completed' then " ~ json_text("completed_at") ~ " end"),
    ("deployments", "candidate_key", "created_at", "null"),
    ("deployment_statuses", "status_key", "created_at",
        "case when " ~ json_text("state") ~ " in ('success', 'failure', 'error') then " ~ json_text("created_at") ~ " end"),
    ("releases", "candidate_key", "published_at", "null"),
] %}

with repository_references as (select * from {{ ref("stg_github__repository_references") }}),

listed_commits as (select * from {{ ref("base_github__commits") }} where is_set_aside is not true and change_number is null),

pushed_commits as (select * from {{ ref("base_github__push_commits") }} where is_set_aside is not true),

pushes as (select * from {{ ref("base_github__pushes") }} where is_set_aside is not true),

-- narrow columns alone: payloads are parsed once, in the base models
payloads as (
    {%- for entity, key, began, ended in objects %}
    select
        '{{ entity }}' as entity, {{ key }} as object_key, repository_id, repository_name, channel,
        {{ ts_utc(json_text(began)) }} as began_at, {{ ts_utc(ended) }} as ended_at,
        received_at, record_key, _dlt_load_id
    from {{ ref("base_github__" ~ entity) }}
    where is_set_aside is not true
        {%- if entity == "deployment_statuses" %}
        -- GitHub sends no webhook of the statuses that it sets inactive itself
        and coalesce({{ json_text("state") }}, '') <> 'inactive'
        {%- endif %}
    union all
    {%- endfor %}
    -- a commit has no id of its own: forks share it
    select
        'commits', concat('github:commit:', repository_references.repository_id, ':', listed_commits.commit_sha),
        repository_references.repository_id, null, 'api', listed_commits.committed_at, null,
        listed_commits.received_at, listed_commits.record_key, listed_commits._dlt_load_id
    from listed_commits
    inner join repository_references on listed_commits.repository_name = repository_references.repository_ref
    union all
    select
        'commits', concat('github:commit:', repository_references.repository_id, ':', pushed_commits.commit_sha),
        repository_references.repository_id, null, 'webhook', pushed_commits.committed_at, null,
        pushes.received_at, pushed_commits.record_key, pushed_commits._dlt_load_id
    from pushed_commits
    inner join pushes on pushed_commits.record_key = pushes.record_key
    inner join repository_references
        on coalesce(pushed_commits.repository_id, pushed_commits.repository_name) = repository_references.repository_ref
),

objects as (
    select
        entity,
        object_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        min(began_at) as began_at,
        -- what is opened again ends again; a run's clock moves on after its end
        case when entity in ('pull_requests', 'issues') then max(ended_at) else min(ended_at) end as ended_at,
        max(ended_at) filter (where channel <> 'api') as told_end_at,
        {{ utc("min(received_at) filter (where channel <> 'api')") }} as first_webhook_at,
        {{ utc("max(received_at) filter (where channel <> 'api')") }} as last_webhook_at,
        {{ utc("min(received_at) filter (where channel = 'api')") }} as first_api_at,
        {{ utc("max(received_at) filter (where channel = 'api')") }} as last_api_at,
        coalesce(max(record_key) filter (where channel = 'api'), max(record_key)) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from payloads
    group by entity, object_key
),

sightings as (
    select
        'github' as source,
        -- ids
        objects.entity,
        objects.object_key,
        repository_references.repository_key,
        -- flags
        objects.first_webhook_at is not null as is_told,
        coalesce(objects.told_end_at >= objects.ended_at, false) as is_end_told,
        -- timestamps
        objects.began_at,
        objects.ended_at,
        objects.first_webhook_at,
        objects.last_webhook_at,
        objects.first_api_at,
        objects.last_api_at,
        -- lineage
        objects.record_key,
        objects._dlt_load_id
    from objects
    inner join repository_references on objects.repository_ref = repository_references.repository_ref
)

select * from sightings
