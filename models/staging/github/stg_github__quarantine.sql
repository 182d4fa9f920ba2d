{#- base model, its repository's id -#}
{% set bases = [
    ("pull_requests", "repository_id"), ("reviews", "repository_id"), ("review_comments", "repository_id"), ("issue_comments", "repository_id"),
    ("pushes", "repository_id"), ("push_commits", "repository_id"), ("refs", "repository_id"), ("commits", "null"), ("tags", "null"),
    ("workflow_runs", "repository_id"), ("workflow_jobs", "repository_id"), ("deployments", "repository_id"),
    ("deployment_statuses", "repository_id"), ("releases", "repository_id"), ("issues", "repository_id"), ("issue_events", "null"),
    ("repositories", "repository_id"),
] %}
{% set keep = ["record_key", "entity", "channel", "event", "repository_ref", "is_set_aside", "received_at", "_dlt_load_id"] %}

with repository_references as (select * from {{ ref("stg_github__repository_references") }}),

troubled as (
    {%- for base, repository_id in bases %}
    select
        record_key, '{{ base }}' as entity, channel, event, coalesce({{ repository_id }}, repository_name) as repository_ref,
        problems, is_set_aside, received_at, _dlt_load_id
    from {{ ref("base_github__" ~ base) }}
    where problems is not null
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

problems as (
    {{ told_problems("troubled", keep) }}
),

quarantine as (
    select
        'github' as source,
        'staging' as stage,
        -- ids
        problems.record_key,
        max(coalesce(repository_references.repository_key, problems.repository_ref)) as repository_key,
        -- text: what two models read wrongly is one problem
        min(problems.entity) as entity,
        min(problems.channel) as channel,
        min(problems.event) as event,
        problems.json_path,
        min(problems.reason) as reason,
        -- flags
        bool_or(problems.is_set_aside) as is_set_aside,
        true as is_open,
        -- timestamps
        {{ utc("min(problems.received_at)") }} as received_at,
        -- lineage
        max(problems._dlt_load_id) as _dlt_load_id
    from problems
    left join repository_references on problems.repository_ref = repository_references.repository_ref
    group by problems.record_key, problems.json_path
)

select * from quarantine
