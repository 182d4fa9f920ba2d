{% set bases = [
    "pull_requests", "reviews", "review_comments", "issue_comments", "pushes", "refs", "workflow_runs", "workflow_jobs",
    "deployments", "deployment_statuses", "releases", "issues", "repositories", "dependabot_alerts",
] %}
{% set nameless = ["commits", "tags", "issue_events"] %}

with sightings as (
    {% for base in bases %}
    select
        repository_id, repository_name, max(repository_clock) as repository_clock, max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_github__" ~ base) }}
    where is_set_aside is not true
        and repository_name is not null
    group by 1, 2
    union all
    {% endfor %}
    {%- for base in nameless %}
    select null as repository_id, repository_name, null as repository_clock, max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_github__" ~ base) }}
    where is_set_aside is not true
        and repository_name is not null
    group by 2
    union all
    {% endfor -%}
    -- the name that a rename or a transfer gave up
    select repository_id, old_repository_name, null as repository_clock, max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_github__repositories") }}
    where is_set_aside is not true
        and old_repository_name is not null
    group by 1, 2
),

-- one row an id and name: the newest of the vendor's clocks at which it was seen
names as (
    select
        repository_id,
        repository_name,
        coalesce(max(repository_clock), '0') as repository_clock,
        max(_dlt_load_id) as _dlt_load_id
    from sightings
    group by 1, 2
),

-- a name may have been given to another repository since: the newest holder has it
holders as (
    select
        repository_name,
        max_by(repository_id, concat(repository_clock, '|', repository_id)) as repository_id,
        max(_dlt_load_id) as _dlt_load_id
    from names
    group by 1
),

current_names as (
    select
        repository_id,
        max_by(repository_name, concat(repository_clock, '|', repository_name)) as repository_key,
        max(_dlt_load_id) as _dlt_load_id
    from names
    where repository_id is not null
    group by 1
),

repository_references as (
    select
        repository_id as repository_ref, repository_id, repository_key, _dlt_load_id
    from current_names
    union all
    select
        holders.repository_name as repository_ref,
        coalesce(holders.repository_id, holders.repository_name) as repository_id,
        coalesce(current_names.repository_key, holders.repository_name) as repository_key,
        holders._dlt_load_id
    from holders
    left join current_names on holders.repository_id = current_names.repository_id
)

select * from repository_references
