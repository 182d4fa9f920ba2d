with issues as (select * from {{ ref("base_linear__issues") }} where is_set_aside is not true),

histories as (select * from {{ ref("base_linear__histories") }} where is_set_aside is not true),

label_lists as (
    select
        *,
        {{ json_texts("was_label_ids", "$[*]") }} as before,
        {{ json_texts("labels", "$[*].id") }} as after
    from issues
    where was_label_ids is not null
),

-- a webhook tells what is now, and what it took the place of
told as (
    {%- for what, before, after in [
        ("state", json_text("was_state_id"), "state_id"),
        ("cycle", json_text("was_cycle_id"), "cycle_id"),
        ("team", json_text("was_team_id"), "team_id"),
        ("estimate", "cast(try_cast(" ~ json_text("was_estimate") ~ " as double) as varchar)", "cast(estimate as varchar)"),
    ] %}
    select
        issue_key, '{{ what }}' as what, null as label_id, {{ before }} as before, {{ after }} as after,
        told_at as occurred_at, actor, channel, record_key, _dlt_load_id
    from issues
    where was_{{ what ~ ("_id" if what != "estimate") }} is not null
        and coalesce({{ before }}, '') <> coalesce({{ after }}, '')
    union all
    {%- endfor %}
    select issue_key, 'label', _label.label, null, 'set', told_at, actor, channel, record_key, _dlt_load_id
    from label_lists, {{ explode("after", "label") }}
    where not {{ list_has("before", "_label.label") }}
    union all
    select issue_key, 'label', _label.label, 'set', null, told_at, actor, channel, record_key, _dlt_load_id
    from label_lists, {{ explode("before", "label") }}
    where not {{ list_has("after", "_label.label") }}
    union all
    {%- for what, before, after in [
        ("state", "from_state_id", "to_state_id"),
        ("cycle", "from_cycle_id", "to_cycle_id"),
        ("team", "from_team_id", "to_team_id"),
        ("estimate", "cast(try_cast(from_estimate as double) as varchar)", "cast(try_cast(to_estimate as double) as varchar)"),
    ] %}
    select issue_key, '{{ what }}', null, {{ before }}, {{ after }}, occurred_at, actor, channel, record_key, _dlt_load_id
    from histories
    where coalesce({{ before }}, '') <> coalesce({{ after }}, '')
    union all
    {%- endfor %}
    select issue_key, 'label', _label.label, null, 'set', occurred_at, actor, channel, record_key, _dlt_load_id
    from histories, {{ explode(json_texts("added_labels", "$[*].id"), "label") }}
    union all
    select issue_key, 'label', _label.label, 'set', null, occurred_at, actor, channel, record_key, _dlt_load_id
    from histories, {{ explode(json_texts("removed_labels", "$[*].id"), "label") }}
),

-- neither door has an id of the change: what enters where it already is was told before
turns as (
    select
        *,
        lag(coalesce(after, '')) over (
            partition by issue_key, what, coalesce(label_id, '') order by occurred_at, channel, coalesce(after, ''), record_key
        ) as where_it_was
    from told
    where occurred_at is not null
),

changes as (
    select issue_key, what, label_id, before, after, occurred_at, actor, record_key, _dlt_load_id
    from turns
    where where_it_was is null or where_it_was <> coalesce(after, '')
)

select * from changes
