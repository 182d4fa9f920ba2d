{% set users = ["active_users", "weekly_active_users", "monthly_active_users", "active_cli_users", "monthly_active_chat_users", "monthly_active_agent_users"] %}
{% set units = {
    "prompts": "prompts",
    "suggestions": "suggestions",
    "acceptances": "suggestions",
    "lines_suggested": "lines",
    "lines_added": "lines",
    "lines_deleted": "lines",
    "pull_requests_created": "pull requests",
    "pull_requests_merged": "pull requests",
    "pull_requests_reviewed": "pull requests",
} %}
{% set seats = ["seats", "active_seats", "inactive_seats", "added_seats", "invited_seats", "cancelled_seats"] %}

with days as (select * from {{ ref("base_github__copilot_days") }} where is_set_aside is not true),

seats as (select * from {{ ref("base_github__copilot_seats") }} where is_set_aside is not true),

-- a row a number; one that a version does not tell, or tells wrongly, is none
numbers as (
    {%- for column in users + units.keys() | list %}
    select
        'copilot_{{ column }}' as name, '{{ units.get(column, "users") }}' as unit, {{ column }} as told,
        organisation, day, version_key, record_key, _dlt_load_id
    from days
    union all
    {%- endfor %}
    {%- for column in seats %}
    select
        'copilot_{{ column }}' as name, 'seats' as unit, {{ column }} as told,
        organisation, day, version_key, record_key, _dlt_load_id
    from seats
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

newest as (
    select
        name, unit, organisation, day,
        try_cast({{ latest("told") }} as double) as value,
        max_by(record_key, version_key) filter (where told is not null) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from numbers
    group by name, unit, organisation, day
),

measurements as (
    select
        'github' as source,
        concat('github:', organisation, ':', name, ':', day) as measurement_key,
        name,
        cast(null as {{ dbt.type_string() }}) as service_name,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        cast(null as {{ dbt.type_string() }}) as team_name,
        {{ ts_utc("concat(day, 'T00:00:00Z')") }} as measured_at,
        value,
        unit,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        record_key,
        _dlt_load_id
    from newest
    where value is not null
)

select * from measurements
