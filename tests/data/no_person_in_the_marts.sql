-- No mart has a column that names a person, or carries what people write: names, addresses, titles, texts, branches.
-- Both what the models declare and what the database holds are looked at.
-- depends_on: {{ ref('metric_values') }}, {{ ref('fct_changes') }}, {{ ref('fct_commits') }}, {{ ref('fct_reviews') }},
-- depends_on: {{ ref('fct_builds') }}, {{ ref('fct_work_items') }}, {{ ref('fct_incidents') }}
{%- set person = '(^|_)(login|logins|e?mails?|actors?|authors?|committers?|reviewers?|approvers?|assignees?|reporters?'
    ~ '|persons?|people|users?|usernames?|handle|avatar|first_name|last_name|full_name|display_name|real_name)(_|$)' %}
{%- set words = '(^|_)(title|titles|body|bodies|messages?|subject|comment|comments|branch|branches)(_|$)' %}
with declared as (
    {% for table_name, column_name in declared_columns('marts') -%}
    select
        '{{ table_name }}' as table_name,
        '{{ column_name }}' as column_name
    union all
    {% endfor -%}
    select
        table_name,
        column_name
    from information_schema.columns
    where table_schema = 'marts'
),

problems as (
    select distinct
        table_name,
        column_name,
        'a mart must not carry it: keep it in staging, or hash it and keep it in intermediate' as problem
    from declared
    -- a yes or no about a person names nobody
    where not {{ re_find('lower(column_name)', '^(is|has)_') }}
        and (
            {{ re_find('lower(column_name)', person) }}
            or {{ re_find('lower(column_name)', words) }}
        )
)

select * from problems
