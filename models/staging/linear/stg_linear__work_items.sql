{% set cause = "(?im)^[^a-z0-9\n]*caused by[ *_]*:[ *_]*([^\r\n]+)" %}
with issues as (select * from {{ ref("stg_linear__issues") }}),

teams as (select * from {{ ref("stg_linear__teams") }}),

states as (select * from {{ ref("stg_linear__states") }}),

transitions as (select * from {{ ref("stg_linear__work_item_transitions") }}),

projects as (
    select *, max(_dlt_load_id) over (partition by project_key) as newest_load_id
    from {{ ref("base_linear__projects") }}
    where is_set_aside is not true
    qualify row_number() over (partition by project_key order by version_key desc) = 1
),

words as (
    select
        issue_key,
        nullif(regexp_extract(_label.label, '(?i)^service[:/] *(.+)$', 1), '') as service_name,
        nullif(regexp_extract(_label.label, '(?i)^(?:sev(?:erity)?[ :/_-]*[a-z0-9]+|p[0-9])$', 0), '') as severity_name
    from issues, {{ explode("labels", "label") }}
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
    ), {{ explode(re_all("line", "([^ ,;()]+)"), "cause") }}
    group by issue_key
),

ends as (
    select work_item_key, max(occurred_at) filter (where kind = 'closed') as closed_at, count(*) filter (where kind = 'reopened') as reopened_count
    from transitions
    group by work_item_key
),

items as (
    select
        issues.issue_key as work_item_key, issues.team_id, issues.number, issues.creator, cast(null as varchar) as type_name, issues.labels,
        states.state_type, states.state_name, issues.priority_name, issues.estimate,
        coalesce('linear:issue:' || issues.parent_id, 'linear:project:' || issues.project_id) as parent_key,
        issues.url, issues.is_deleted, issues.created_at, issues.ended_at, issues.record_key, issues._dlt_load_id
    from issues
    left join states on issues.state_id = states.state_id
    union all
    -- a project is what its issues are part of
    select
        project_key, team_ids[1], null, creator, 'Project', {{ no_texts() }}, status_type, status_name, null, null,
        null, url, is_deleted, created_at, ended_at, record_key, newest_load_id
    from projects
),

work_items as (
    select
        'linear' as source,
        -- ids
        items.work_item_key,
        cast(null as varchar) as repository_key,
        concat('linear:', coalesce(teams.team_code, items.team_id)) as project_key,
        items.number,
        {{ actor_key("items.creator") }} as actor_key,
        -- text
        items.type_name,
        items.labels,
        case when items.state_type in ('completed', 'canceled', 'duplicate') then 'closed' else 'open' end as state,
        case items.state_type when 'completed' then 'completed' when 'canceled' then 'not_planned' when 'duplicate' then 'duplicate' end as resolution,
        items.state_name as status_name,
        case
            when items.state_type in ('completed', 'canceled', 'duplicate') then 'done'
            when items.state_type in ('started', 'paused') then 'in_progress'
            when items.state_type is not null then 'todo'
        end as status_category,
        items.priority_name,
        items.estimate,
        items.parent_key,
        coalesce(causes.cause_references, {{ no_texts() }}) as cause_references,
        coalesce(read_words.service_names, {{ no_texts() }}) as service_names,
        read_words.severity_name,
        items.url,
        -- numbers
        coalesce(ends.reopened_count, 0) as reopened_count,
        -- flags
        items.is_deleted,
        -- timestamps
        items.created_at,
        case when items.state_type in ('completed', 'canceled', 'duplicate') then coalesce(items.ended_at, ends.closed_at) end as closed_at,
        -- lineage
        items.record_key,
        items._dlt_load_id
    from items
    left join teams on items.team_id = teams.team_id
    left join read_words on items.work_item_key = read_words.issue_key
    left join causes on items.work_item_key = causes.issue_key
    left join ends on items.work_item_key = ends.work_item_key
)

select * from work_items
