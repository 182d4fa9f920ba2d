{{ config(materialized="incremental", incremental_strategy="append") }}

{#- every field of every schema, by its kind -#}
{% set names = {
    "time": """
        acknowledged_at added_at closed_at completed_at created_at decided_at dismissed_at due_at ended_at ends_at finished_at fixed_at
        measured_at merged_at mitigated_at occurred_at opened_at postmortem_at ready_at removed_at requested_at resolved_at started_at
        starts_at submitted_at updated_at
    """,
    "flag": """
        is_allowed_failure is_bot is_deleted is_prerelease is_revert
    """,
    "text": """
        actor approver author branch budgeting_method build calendar_unit change choice currency default_branch environment from_status
        head_sha incident item_type kind label lifecycle merge_sha merged_into name outcome owner_team parent path_prefix priority project
        question reporter repository requester resolution respondent response reviewer run service severity sha slo source_branch sprint
        state status status_category subject subject_kind survey system_name tag target_branch team tier to_category to_status trigger unit
        url window_kind work_item
    """,
    "json": """
        amount denominator estimate good number numerator objective ratio scale_max scale_min score total value window_days
    """,
    "texts": """
        causes closes labels mentions services
    """,
    "count": """
        attempt commit_count files_changed invited lines_added lines_deleted quantity reopened_count
    """
} %}
{#- what has happened says which version is newer, not what is planned -#}
{% set clocks = """
        acknowledged_at added_at closed_at completed_at created_at decided_at dismissed_at ended_at finished_at fixed_at measured_at
        merged_at mitigated_at occurred_at opened_at postmortem_at ready_at removed_at requested_at resolved_at started_at submitted_at
""" %}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {"record_type": "$.type name!", "id": "$.id id!"} %}
{%- for kind in names -%}
    {%- for name in names[kind].split() -%}
        {%- do fields.update({name: "$." ~ name ~ " " ~ kind}) -%}
    {%- endfor -%}
{%- endfor -%}
{% set times = [] %}
{% for name in clocks.split() %}{% do times.append(ts_utc(json_text(name))) %}{% endfor %}
{#- what cannot be beside the other fields is told and read as missing -#}
{% set wrong = {
    "score": ("scale", is_off_scale("score", "scale_min", "scale_max")),
    "objective": ("share", "coalesce(try_cast(objective as double) not between 0 and 1, false)"),
    "ratio": ("share", "coalesce(try_cast(ratio as double) not between 0 and 1, false)"),
    "good": ("part", "coalesce(try_cast(good as double) > try_cast(total as double), false)"),
} %}
{% for began, ended in [("started_at", "finished_at"), ("started_at", "ended_at"), ("starts_at", "ends_at")] %}
    {%- do wrong.update({ended: ("end", "coalesce(" ~ ts_utc(json_text(ended)) ~ " < " ~ ts_utc(json_text(began)) ~ ", false)")}) -%}
{% endfor %}
{#- without these nothing is left to say -#}
{% set needed = ["objective", "ended_at"] %}
{% set contradictions = [] %}
{% for name in wrong %}{% do contradictions.append(("'$." ~ name ~ "'", wrong[name][0], wrong[name][1])) %}{% endfor %}

with payloads as (
    {{ new_payloads_once(source("raw_generic", "records")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

records as (
    select
        -- ids
        record_key,
        {{ json_text("record_type") }} as record_type,
        {{ json_text("id") }} as id,
        concat(
            coalesce({{ iso_utc(ts_utc(json_text("updated_at"))) }}, {{ iso_utc("greatest(" ~ times | join(", ") ~ ")") }}, '0'), '|',
            {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        lower({{ re_replace(re_replace(json_text("repository"), "^https?://", ""), "([.]git)?/?$", "") }}) as repository_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        {{ told_contradictions("problems", contradictions) }} as problems,
        coalesce(
            is_set_aside
            {%- for name in needed %} or {{ wrong[name][1] }}{% endfor %}
            or ({{ json_text("record_type") }} = 'cost' and {{ wrong["ends_at"][1] }}), false
        ) as is_set_aside,
        -- fields, as JSON fragments
        {%- for name in fields if name not in ["record_type", "id", "repository"] %}
        {{ "case when not (" ~ wrong[name][1] ~ ") then " ~ name ~ " end as " ~ name if name in wrong else name }}{{ "," if not loop.last }}
        {%- endfor %}
    from fields
)

select * from records
