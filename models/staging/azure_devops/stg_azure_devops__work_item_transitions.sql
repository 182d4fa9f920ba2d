with revisions as (select * from {{ ref("stg_azure_devops__revisions") }}),

steps as (
    -- of which state it was made, only the first revision tells
    select
        *, 'created' as kind, null as old_status, case when revision = 1 then state end as new_status,
        case when revision = 1 then category end as new_category, revision_key as step_key
    from revisions
    where previous_revision is null
    union all
    select *, 'status', previous_state, state, category, concat(revision_key, ':status')
    from revisions
    where previous_revision is not null and state <> previous_state
    union all
    select *, 'closed', previous_state, state, category, concat(revision_key, ':closed')
    from revisions
    where previous_revision is not null and category = 'done' and coalesce(previous_category, '') <> 'done'
    union all
    select *, 'reopened', previous_state, state, category, concat(revision_key, ':reopened')
    from revisions
    where previous_category = 'done' and coalesce(category, '') <> 'done'
    union all
    select *, 'moved', null, null, null, concat(revision_key, ':moved')
    from revisions
    where project_key <> previous_project
    union all
    select *, 'estimated', null, null, null, concat(revision_key, ':estimated')
    from revisions
    where previous_revision is not null and estimate is not null and estimate <> coalesce(previous_estimate, -1)
),

work_item_transitions as (
    select
        'azure_devops' as source,
        work_item_key,
        step_key as transition_key,
        case kind when 'created' then created_at else changed_at end as occurred_at,
        kind,
        cast(null as {{ dbt.type_string() }}) as label,
        old_status as from_status,
        new_status as to_status,
        new_category as to_category,
        {{ actor_key("case kind when 'created' then author else changer end") }} as actor_key,
        record_key,
        _dlt_load_id
    from steps
)

select * from work_item_transitions
