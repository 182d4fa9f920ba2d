-- A row of a mapping seed that names an unknown team, service or word would map nothing without a word.
{%- set checks = [
    ('service_names', ['source', 'name_pattern', 'service_key']),
    ('project_teams', ['project_key', 'team_key', 'valid_from', 'valid_until']),
    ('project_services', ['project_key', 'service_key', 'valid_from', 'valid_until']),
    ('work_item_statuses', ['source', 'project_pattern', 'status_pattern', 'state']),
    ('work_item_types', ['type_pattern', 'work_type']),
    ('severities', ['source', 'name_pattern', 'severity', 'counts_for_restore']),
    ('default_work_item_statuses', ['status_category', 'status_pattern', 'state']),
    ('default_work_item_types', ['type_pattern', 'work_type']),
    ('default_severities', ['source', 'name_pattern', 'severity', 'counts_for_restore']),
] %}
{%- set optional = ['source', 'project_pattern', 'valid_from', 'valid_until'] %}
{%- set words = {
    'work_type': ['feature', 'defect', 'risk', 'debt', 'other'],
    'state': ['backlog', 'ready', 'active', 'waiting', 'done'],
} %}
{%- set known = {'service_key': 'services', 'team_key': 'teams'} %}
with problems as (
    {%- for seed, columns in checks %}
    select
        '{{ seed }}.csv' as seed,
        concat_ws(
            ','
            {%- for column in columns %},
            coalesce(cast({{ column }} as varchar), '')
            {%- endfor %}
        ) as line,
        case
            {%- for column in columns if column in known %}
            when {{ column }} not in (select known.{{ column }} from {{ ref(known[column]) }} as known)
                then '{{ column }} stands in no row of {{ known[column] }}.csv'
            {%- endfor %}
            {%- for column in columns if column in words %}
            when {{ column }} not in ('{{ words[column] | join("', '") }}')
                then '{{ column }} is none of {{ words[column] | join(", ") }}'
            {%- endfor %}
            {%- for column in columns if column not in optional and (column != 'status_pattern' or seed == 'work_item_statuses') %}
            when {{ column }} is null then '{{ column }} is empty'
            {%- endfor %}
        end as problem
    from {{ ref(seed) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from problems
where problem is not null
