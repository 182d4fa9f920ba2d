{% set cause = "(?im)^[^a-z0-9\n]*caused by[ *_]*:[ *_]*([^\r\n]+)" %}
{% set severity_label = "^(?i)(?:sev(?:erity)?[ :/_-]*[a-z0-9]+|p[0-9])$" %}

with issues as (select * from {{ ref("stg_jira__issues") }}),

transitions as (select * from {{ ref("stg_jira__work_item_transitions") }}),

projects as (select * from {{ ref("stg_jira__projects") }}),

-- a label or a component may name the service, a label the severity
words as (
    select issue_key, nullif(regexp_extract(_label.label, '(?i)^service[:/] *(.+)$', 1), '') as service_name,
        nullif(regexp_extract(_label.label, '(?i)^(?:sev(?:erity)?[ :/_-]*[a-z0-9]+|p[0-9])$', 0), '') as severity_name
    from issues, {{ explode("labels", "label") }}
    union all
    select issue_key, _component.component, null
    from issues, {{ explode("components", "component") }}
),

read_words as (
    -- the worst of several, since sev1, P0 and critical sort before the rest
    select issue_key, {{ agg_sorted("service_name") }} as service_names, min(severity_name) as severity_name
    from words
    group by issue_key
),

causes as (
    select issue_key, {{ agg_sorted("rtrim(cause, '.')") }} as cause_references
    from (
        select issue_key, line
        from issues, {{ explode(re_all("coalesce(description, '')", cause), "line") }}
    ), {{ explode(re_all("line", "([^ ,;()|\\[\\]]+)"), "cause") }}
    group by issue_key
),

ends as (
    select work_item_key, max(occurred_at) filter (where kind = 'closed') as closed_at, count(*) filter (where kind = 'reopened') as reopened_count
    from transitions
    group by work_item_key
),

-- an epic is linked by its key, which may have changed since
keys as (
    select key, min(issue_key) as issue_key
    from (select distinct issue_key, {{ json_text("key") }} as key from {{ ref("base_jira__issues") }} where is_set_aside is not true)
    group by key
),

work_items as (
    select
        'jira' as source,
        -- ids
        issues.issue_key as work_item_key,
        cast(null as varchar) as repository_key,
        concat('jira:', coalesce(projects.project_code, lower(regexp_extract(issues.key, '^(.+)-[0-9]+$', 1)))) as project_key,
        try_cast(regexp_extract(issues.key, '([0-9]+)$', 1) as bigint) as number,
        {{ actor_key("issues.creator") }} as actor_key,
        -- text
        issues.type_name,
        issues.labels,
        case when issues.status_category = 'done' then 'closed' else 'open' end as state,
        case
            when issues.status_category <> 'done' then null
            when coalesce(lower(issues.resolution_name), 'done') in ('done', 'fixed', 'resolved', 'completed', 'complete') then 'completed'
            when lower(issues.resolution_name) in ('won''t do', 'won''t fix', 'declined', 'cannot reproduce', 'incomplete', 'rejected') then 'not_planned'
            else lower(issues.resolution_name)
        end as resolution,
        issues.status_name,
        case issues.status_category when 'new' then 'todo' when 'indeterminate' then 'in_progress' when 'done' then 'done' end as status_category,
        issues.priority_name,
        issues.estimate,
        coalesce('jira:issue:' || issues.parent_id, keys.issue_key) as parent_key,
        coalesce(causes.cause_references, {{ no_texts() }}) as cause_references,
        coalesce(read_words.service_names, {{ no_texts() }}) as service_names,
        coalesce(issues.severity_name, read_words.severity_name) as severity_name,
        nullif(regexp_extract(issues.issue_link, '^(https?://.+)/rest/', 1), '') || '/browse/' || issues.key as url,
        -- numbers
        coalesce(ends.reopened_count, 0) as reopened_count,
        -- flags
        issues.is_deleted,
        -- timestamps
        issues.created_at,
        case
            when issues.status_category = 'done' then coalesce(ends.closed_at, issues.category_changed_at, issues.resolved_at)
        end as closed_at,
        -- lineage
        issues.record_key,
        issues._dlt_load_id
    from issues
    left join projects on issues.project_id = projects.project_id
    left join read_words on issues.issue_key = read_words.issue_key
    left join causes on issues.issue_key = causes.issue_key
    left join ends on issues.issue_key = ends.work_item_key
    left join keys on issues.epic = keys.key
)

select * from work_items
