{% set cause = "(?im)^[^a-z0-9\n]*caused by[ *_]*:[ *_]*([^\r\n]+)" %}

with issues as (select * from {{ ref("stg_gitlab__issues") }}),

transitions as (select * from {{ ref("stg_gitlab__work_item_transitions") }}),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

actors as (select * from {{ ref("stg_gitlab__actors") }}),

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
        from issues, {{ explode(re_all("coalesce(description, '')", cause), "line") }}
    ), {{ explode(re_all("line", "([^ ,;()]+)"), "cause") }}
    group by 1
),

labels as (
    select
        issue_key,
        {{ agg_sorted("nullif(regexp_extract(label, '(?i)^service(?:::|[:/]) *(.+)$', 1), '')") }} as service_names,
        min(nullif(regexp_extract(label, '(?i)^(?:sev(?:erity)?[ :/_-]*[a-z0-9]+|p[0-9])$', 0), '')) as severity_name,
        min(nullif(regexp_extract(label, '(?i)^priority(?:::|[:/]) *(.+)$', 1), '')) as priority_name
    from issues, {{ explode("labels", "label") }}
    group by 1
),

work_items as (
    select
        'gitlab' as source,
        -- ids
        concat('gitlab:', issues.repository_id, ':issue:', issues.number) as work_item_key,
        projects.repository_key,
        projects.repository_key as project_key,
        issues.number,
        actors.actor_key,
        -- text
        issues.type_name,
        issues.labels,
        case when issues.state = 'closed' then 'closed' else 'open' end as state,
        case
            when issues.state <> 'closed' then null
            when issues.moved_to_id is not null then 'moved'
            when issues.duplicated_to_id is not null then 'duplicate'
            else 'completed'
        end as resolution,
        cast(null as {{ dbt.type_string() }}) as status_name,
        case when issues.state = 'closed' then 'done' end as status_category,
        labels.priority_name,
        issues.estimate,
        issues.parent_key,
        coalesce(causes.cause_references, {{ no_texts() }}) as cause_references,
        coalesce(labels.service_names, {{ no_texts() }}) as service_names,
        coalesce(issues.severity_name, labels.severity_name) as severity_name,
        issues.url,
        -- numbers
        coalesce(reopenings.reopened_count, 0) as reopened_count,
        -- flags: what was moved lives on in its new place, under another id
        issues.moved_to_id is not null as is_deleted,
        -- timestamps
        issues.created_at,
        case when issues.state = 'closed' then issues.closed_at end as closed_at,
        -- lineage
        issues.record_key,
        issues._dlt_load_id
    from issues
    inner join projects on issues.repository_id = projects.repository_ref
    left join actors on issues.author_id = actors.user_id
    left join labels on issues.issue_key = labels.issue_key
    left join causes on issues.issue_key = causes.issue_key
    left join reopenings
        on concat('gitlab:', issues.repository_id, ':issue:', issues.number) = reopenings.work_item_key
)

select * from work_items
