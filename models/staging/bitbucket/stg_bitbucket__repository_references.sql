{% set bases = ["repositories", "pull_requests", "activities", "pushes", "commit_statuses"] %}

with sightings as (
    {% for base in bases %}
    select
        repository_id, repository_name, default_branch, max(repository_clock) as repository_clock,
        max(record_key) as record_key, max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_bitbucket__" ~ base) }}
    where is_set_aside is not true
        and repository_name is not null
    group by 1, 2, 3
    {{ "union all" if not loop.last }}
    {% endfor %}
),

deleted as (
    select distinct repository_id
    from {{ ref("base_bitbucket__repositories") }}
    where is_set_aside is not true and is_deletion
),

-- a repository that is renamed or moved keeps its uuid: the newest name that it was seen under is its key
repository_references as (
    select
        -- ids
        sightings.repository_id as repository_ref,
        max_by(sightings.repository_name, concat(coalesce(sightings.repository_clock, '0'), '|', sightings.repository_name)) as repository_key,
        -- text
        max_by(sightings.default_branch, concat(coalesce(sightings.repository_clock, '0'), '|', sightings.default_branch))
            filter (where sightings.default_branch is not null) as default_branch,
        -- flags
        bool_or(deleted.repository_id is not null) as is_deleted,
        -- lineage
        max_by(sightings.record_key, concat(coalesce(sightings.repository_clock, '0'), '|', sightings.record_key)) as record_key,
        max(sightings._dlt_load_id) as _dlt_load_id
    from sightings
    left join deleted on sightings.repository_id = deleted.repository_id
    group by 1
)

select * from repository_references
