{% set kind -%}
case what
        when 'state' then 'status'
        when 'team' then 'moved'
        when 'estimate' then 'estimated'
        when 'label' then case when after is null then 'unlabeled' else 'labeled' end
    end
{%- endset %}
with issues as (select * from {{ ref("stg_linear__issues") }}),

changes as (select * from {{ ref("stg_linear__issue_changes") }}),

tellings as (select * from {{ ref("base_linear__issues") }} where is_set_aside is not true),

histories as (select * from {{ ref("base_linear__histories") }} where is_set_aside is not true),

states as (select * from {{ ref("stg_linear__states") }}),

labels as (
    select label_id, min(name) as name
    from (
        {%- for relation, list in [("tellings", "labels"), ("histories", "added_labels"), ("histories", "removed_labels")] %}
        select {{ json_at("_label.label", "$.id") }} as label_id, {{ json_at("_label.label", "$.name") }} as name
        from {{ relation }}, {{ explode(json_list(list), "label") }}
        {{- "\n        union all" if not loop.last }}
        {%- endfor %}
    )
    group by label_id
),

first_states as (
    select issue_key, min_by(before, occurred_at) as state_id
    from changes
    where what = 'state'
    group by issue_key
),

occurrences as (
    select issue_key, {{ kind }} as kind, label_id, before, after, occurred_at, actor, record_key, _dlt_load_id
    from changes
    where {{ kind }} is not null
    union all
    -- what a first change left is what it was created in
    select
        issues.issue_key, 'created', null, null, coalesce(first_states.state_id, issues.state_id),
        issues.created_at, issues.creator, issues.record_key, issues._dlt_load_id
    from issues
    left join first_states on issues.issue_key = first_states.issue_key
),

placed as (
    select
        occurrences.*,
        labels.name as label,
        case when occurrences.kind in ('status', 'created') then departed.state_name end as from_status,
        case when occurrences.kind in ('status', 'created') then arrived.state_name end as to_status,
        case when occurrences.kind in ('status', 'created') then arrived.category end as to_category,
        case when occurrences.kind = 'status' then departed.category end as from_category
    from occurrences
    left join states as arrived on occurrences.after = arrived.state_id
    left join states as departed on occurrences.before = departed.state_id
    left join labels on occurrences.label_id = labels.label_id
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
        'linear' as source,
        -- ids
        issue_key as work_item_key,
        concat_ws(':', 'linear:transition', substr(issue_key, 14), step, coalesce(label_id, after), {{ iso_utc("occurred_at") }}) as transition_key,
        occurred_at,
        -- text
        step as kind,
        coalesce(label, label_id) as label,
        from_status,
        to_status,
        to_category,
        {{ actor_key("actor") }} as actor_key,
        -- lineage
        record_key,
        _dlt_load_id
    from steps
)

select * from work_item_transitions
