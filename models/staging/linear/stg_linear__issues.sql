{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="issue_key") }}

with versions as (
    select *
    from {{ ref("base_linear__issues") }}
    {{ touched(ref("base_linear__issues"), "issue_key") }}
),

-- every payload holds the whole issue, and leaves out what is not set: the newest one stands alone
counted as (
    select
        *,
        count(*) over (partition by issue_key) as version_count,
        max(_dlt_load_id) over (partition by issue_key) as newest_load_id
    from versions
    qualify row_number() over (partition by issue_key order by version_key desc) = 1
),

issues as (
    select
        -- ids
        issue_key,
        record_key,
        state_id,
        team_id,
        parent_id,
        project_id,
        cycle_id,
        creator,
        number,
        -- text
        state_type,
        state_name,
        priority_name,
        description,
        url,
        {{ json_texts("labels", "$[*].name") }} as labels,
        -- numbers
        estimate,
        -- flags
        is_deleted,
        -- timestamps
        created_at,
        ended_at,
        -- lineage
        version_count,
        newest_load_id as _dlt_load_id
    from counted
)

select * from issues
