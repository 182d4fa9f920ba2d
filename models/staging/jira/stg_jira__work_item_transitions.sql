{#- What a change is in the event model; one of an assignee, say, is none. -#}
{% set kind -%}
case lower(field)
        when 'status' then 'status'
        when 'project' then 'moved'
        when 'story points' then 'estimated'
        when 'story point estimate' then 'estimated'
        when 'flagged' then case when coalesce(to_text, '') = '' then 'unblocked' else 'blocked' end
    end
{%- endset %}
{% set told_columns = "history_id, occurred_at, actor, record_key, _dlt_load_id" %}

with issues as (select * from {{ ref("stg_jira__issues") }}),

listed_statuses as (select * from {{ ref("base_jira__directory") }} where entity = 'statuses' and is_set_aside is not true),

-- a change that both a webhook and the API told has one id; the API's clock is the record's
changes as (
    select *, lower(field) = 'labels' as is_of_labels
    from {{ ref("base_jira__changes") }}
    where is_set_aside is not true and occurred_at is not null
    qualify row_number() over (
        partition by issue_key, history_id, lower(field)
        order by case channel when 'api' then 0 else 1 end, case when actor like '%@%' then 0 else 1 end, record_key, place
    ) = 1
),

-- the category of a status: from the list of all, else from the issues that are in it
statuses as (
    select status_id, case max_by(category, seen) when 'new' then 'todo' when 'indeterminate' then 'in_progress' when 'done' then 'done' end as category
    from (
        select id as status_id, category, concat('1', {{ iso_utc(utc("received_at")) }}, category) as seen from listed_statuses
        union all
        select {{ json_text("status_id") }}, lower({{ json_text("status_category") }}), concat('0', version_key)
        from {{ ref("base_jira__issues") }}
        where is_set_aside is not true
    )
    where category is not null
    group by status_id
),

first_statuses as (
    select issue_key, min_by(from_id, occurred_at) as status_id, min_by(from_text, occurred_at) as status_name
    from changes
    where lower(field) = 'status'
    group by issue_key
),

labels as (
    select
        issue_key,
        {{ re_all("coalesce(from_text, '')", "([^ ]+)") }} as before,
        {{ re_all("coalesce(to_text, '')", "([^ ]+)") }} as after,
        {{ told_columns }}
    from changes
    where is_of_labels
),

occurrences as (
    select issue_key, {{ kind }} as kind, null as label, from_id, from_text, to_id, to_text, {{ told_columns }}
    from changes
    where {{ kind }} is not null
    union all
    select issue_key, 'labeled', _label.label, null, null, null, null, {{ told_columns }}
    from labels, {{ explode("after", "label") }}
    where not {{ list_has("before", "_label.label") }}
    union all
    select issue_key, 'unlabeled', _label.label, null, null, null, null, {{ told_columns }}
    from labels, {{ explode("before", "label") }}
    where not {{ list_has("after", "_label.label") }}
    union all
    -- what a first change left is what it was created in
    select
        issues.issue_key, 'created', null, null, null, coalesce(first_statuses.status_id, issues.status_id),
        coalesce(first_statuses.status_name, issues.status_name),
        null, issues.created_at, issues.creator, issues.record_key, issues._dlt_load_id
    from issues
    left join first_statuses on issues.issue_key = first_statuses.issue_key
),

placed as (
    select
        occurrences.*,
        occurrences.kind in ('status', 'created') as is_of_status,
        arrived.category as to_category,
        departed.category as from_category
    from occurrences
    left join statuses as arrived on occurrences.to_id = arrived.status_id
    left join statuses as departed on occurrences.from_id = departed.status_id
),

steps as (
    select *, kind as step from placed
    union all
    select *, case to_category when 'done' then 'closed' else 'reopened' end
    from placed
    where kind = 'status' and coalesce(to_category = 'done', false) <> coalesce(from_category = 'done', false)
),

work_item_transitions as (
    select
        'jira' as source,
        -- ids
        issue_key as work_item_key,
        concat_ws(':', 'jira:transition', substr(issue_key, 12), history_id, step, label) as transition_key,
        occurred_at,
        -- text
        step as kind,
        label,
        case when is_of_status then from_text end as from_status,
        case when is_of_status then to_text end as to_status,
        case when is_of_status then to_category end as to_category,
        {{ actor_key("actor") }} as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from steps
)

select * from work_item_transitions
