{% set cause = "(?im)^[^a-z0-9\n]*caused by[ *_]*:[ *_]*([^\r\n]+)" %}

with issues as (select * from {{ ref("stg_github__issues") }}),

labels as (select * from {{ ref("stg_github__work_item_labels") }}),

transitions as (select * from {{ ref("stg_github__work_item_transitions") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

reopenings as (
    select work_item_key, count(*) as reopened_count
    from transitions
    where kind = 'reopened'
    group by 1
),

causes as (
    select issue_key, {{ agg_sorted("rtrim(cause, '.')") }} as cause_references
    from (
        select issue_key, line
        from issues, {{ explode(re_all("coalesce(body, '')", cause), "line") }}
    ), {{ explode(re_all("line", "([^ ,;()]+)"), "cause") }}
    group by 1
),

located as (
    select
        issues.*,
        repository_references.repository_key,
        concat('github:', repository_references.repository_id, ':issue:', issues.number) as work_item_key
    from issues
    inner join repository_references on issues.repository_ref = repository_references.repository_ref
    qualify row_number() over (
        partition by repository_references.repository_id, issues.number order by issues.version_count desc, issues.issue_key
    ) = 1
),

work_items as (
    select
        'github' as source,
        -- ids
        located.work_item_key,
        located.repository_key,
        located.repository_key as project_key,
        located.number,
        located.actor_key,
        -- text
        located.type_name,
        located.labels,
        case when located.state = 'closed' then 'closed' else 'open' end as state,
        case when located.state = 'closed' then coalesce(located.state_reason, 'completed') end as resolution,
        cast(null as varchar) as status_name,
        case when located.state = 'closed' then 'done' end as status_category,
        cast(null as varchar) as priority_name,
        cast(null as double) as estimate,
        cast(null as varchar) as parent_key,
        coalesce(causes.cause_references, {{ no_texts() }}) as cause_references,
        coalesce(labels.service_names, {{ no_texts() }}) as service_names,
        labels.severity_name,
        located.url,
        -- numbers
        coalesce(reopenings.reopened_count, 0) as reopened_count,
        -- flags
        located.is_deleted,
        -- timestamps
        located.created_at,
        case when located.state = 'closed' then located.closed_at end as closed_at,
        -- lineage
        located.record_key,
        located._dlt_load_id
    from located
    left join labels on located.issue_key = labels.issue_key
    left join causes on located.issue_key = causes.issue_key
    left join reopenings on located.work_item_key = reopenings.work_item_key
)

select * from work_items
