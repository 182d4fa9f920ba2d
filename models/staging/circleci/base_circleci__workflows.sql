{{ config(materialized="incremental", incremental_strategy="append") }}

{#- `@` is `workflow` in a webhook, and the workflow itself in what the API lists; its pipeline lands with both -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "@.id id!",
    "pipeline_id": "$.pipeline.id id!",
    "name": "@.name name!",
    "status": "@.status word(success|running|not_run|failed|error|failing|on_hold|canceled|unauthorized)",
    "url": "@.url text~^https?://",
    "created_at": "@.created_at time!",
    "stopped_at": "@.stopped_at time",
    "started_by": "$.started_by id",
    "slug": "$.project_slug name",
    "number": "$.pipeline.number count",
    "trigger": "$.pipeline.trigger.type text",
    "login": "$.pipeline.trigger.actor.login text",
    "actor_id": "$.pipeline.trigger_parameters.circleci.actor_id text",
    "target_url": "$.pipeline.vcs.target_repository_url text",
    "origin_url": "$.pipeline.vcs.origin_repository_url text",
    "checkout_url": "$.pipeline.trigger_parameters.git.checkout_url text",
    "revision": "$.pipeline.vcs.revision text",
    "checkout_sha": "$.pipeline.trigger_parameters.git.checkout_sha text",
    "branch": "$.pipeline.vcs.branch text",
    "checkout_branch": "$.pipeline.trigger_parameters.git.branch text",
} %}
{#- a pull request of a fork is built in the repository that it is for -#}
{% set repository = first_text(["target_url", "origin_url", "checkout_url"]) %}
{% set is_over = "(" ~ json_text("status") ~ " is not null and " ~ json_text("stopped_at") ~ " is not null)" %}

with payloads as (
    {{ new_payloads_once(source("raw_circleci", "workflows")) }}
),

-- a job's webhook tells of its workflow too, but for its status
told_by_jobs as (
    {{ new_payloads_once(source("raw_circleci", "jobs")) }} and channel = 'webhook'
),

told as (
    select * from payloads
    union all
    select * from told_by_jobs
),

fields as (
    {{ json_fields("told", "payload", fields, keep, object="workflow") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('circleci:workflow:', {{ json_text("id") }}) as build_key,
        concat('circleci:run:', {{ json_text("pipeline_id") }}, ':', {{ json_text("name") }}) as run_key,
        concat(case when {{ is_over }} then '1' else '0' end, '|', {{ content_hash(fields) }}) as version_key,
        {{ remote_name(repository) }} as repository_key,
        nullif(lower({{ first_text(["revision", "checkout_sha"]) }}), '') as commit_sha,
        -- the account on the forge, where there is one, is the same person there
        coalesce({{ json_text("login") }}, {{ json_text("actor_id") }}, {{ json_text("started_by") }}) as actor_id,
        -- text
        {{ json_text("name") }} as name,
        lower({{ json_text("status") }}) as status,
        {{ json_text("trigger") }} as trigger,
        nullif({{ first_text(["branch", "checkout_branch"]) }}, '') as branch,
        coalesce(
            {{ json_text("url") }},
            concat(
                'https://app.circleci.com/pipelines/', {{ json_text("slug") }}, '/', {{ json_text("number") }}, '/workflows/', {{ json_text("id") }}
            )
        ) as url,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as created_at,
        case when {{ is_over }} then {{ ts_utc(json_text("stopped_at")) }} end as stopped_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from fields
)

select * from versions
