with revisions as (select * from {{ ref("stg_azure_devops__revisions") }}),

deleted as (
    -- an event of a deletion may name the revision before it
    select work_item_key, is_deleted
    from {{ ref("base_azure_devops__work_items") }}
    where is_set_aside is not true
    qualify row_number() over (partition by work_item_key order by revision desc, told_at desc nulls last, record_key) = 1
),

newest as (
    select *
    from revisions
    qualify row_number() over (partition by work_item_key order by revision desc) = 1
),

ends as (
    select
        work_item_key,
        max(entered_at) filter (where category = 'done' and coalesce(previous_category, '') <> 'done') as closed_at,
        count(*) filter (where previous_category = 'done' and coalesce(category, '') <> 'done') as reopened_count,
        max(_dlt_load_id) as _dlt_load_id
    from revisions
    group by 1
),

work_items as (
    select
        'azure_devops' as source,
        -- ids
        newest.work_item_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        newest.project_key,
        newest.number,
        {{ actor_key("newest.author") }} as actor_key,
        -- text
        newest.type_name,
        {{ re_all("coalesce(newest.tags, '')", " *([^;]*[^; ])") }} as labels,
        case when newest.category = 'done' then 'closed' else 'open' end as state,
        case
            when newest.category = 'done' and newest.is_removed then 'not_planned'
            when newest.category = 'done' and lower(newest.reason) = 'duplicate' then 'duplicate'
            when newest.category = 'done' then 'completed'
        end as resolution,
        newest.state as status_name,
        newest.category as status_category,
        newest.priority_name,
        newest.estimate,
        newest.parent_key,
        {{ no_texts() }} as cause_references,
        {{ no_texts() }} as service_names,
        newest.severity_name,
        cast(null as {{ dbt.type_string() }}) as url,
        -- numbers
        ends.reopened_count,
        -- flags
        deleted.is_deleted,
        -- timestamps
        newest.created_at,
        case when newest.category = 'done' then ends.closed_at end as closed_at,
        -- lineage
        newest.record_key,
        ends._dlt_load_id
    from newest
    inner join ends on newest.work_item_key = ends.work_item_key
    inner join deleted on newest.work_item_key = deleted.work_item_key
)

select * from work_items
