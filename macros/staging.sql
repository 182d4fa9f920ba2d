{#- The payloads of a raw table that this model has not read yet; one row a record_key even where an interrupted load
    appended twice is left to the model (`deduplicate`), because payloads are wide and keys are not. -#}
{% macro new_payloads(relation) -%}
    select record_key, channel, event, received_at, payload, _dlt_load_id
    from {{ relation }}
    {%- if is_incremental() %}
    -- not by load id alone: a load that was cut continues under the same id
    where _dlt_load_id >= (select coalesce(max(_dlt_load_id), '') from {{ this }})
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
{%- endmacro %}

{#- The fields of a JSON column, parsed once: one column a field holding its JSON fragment. A field that is missing is an
    SQL null, a null that it carries is a JSON null; `json_text` turns either into an SQL null. -#}
{% macro json_fields(relation, column, fields, keep) -%}
    {{ return(adapter.dispatch('json_fields', 'engops')(relation, column, fields, keep)) }}
{%- endmacro %}
{% macro duckdb__json_fields(relation, column, fields, keep) -%}
    select
        {{ keep | join(', ') }}
        {%- for name in fields %},
        _fields[{{ loop.index }}] as {{ name }}
        {%- endfor %}
    from (
        select
            {{ keep | join(', ') }},
            json_extract({{ column }}, [
                {%- for path in fields.values() %}'{{ path }}'{{ ', ' if not loop.last }}{% endfor -%}
            ]) as _fields
        from {{ relation }}
    )
{%- endmacro %}

{#- The newest value of a field over all versions of an object, as text: a later version that lacks the field does not
    erase it, one that carries null does. Versions order by the vendor's clock, then by content, never by arrival. -#}
{% macro latest(field) -%}
    {{ json_text("max_by(" ~ field ~ ", version_key) filter (where " ~ field ~ " is not null)") }}
{%- endmacro %}

{#- A person's hash. The salt is a session variable set by pipelines/dbt_plugin.py: it is never compiled into SQL. -#}
{% macro actor_key(expression) %}{{ return(adapter.dispatch('actor_key', 'engops')(expression)) }}{% endmacro %}
{% macro duckdb__actor_key(expression) %}md5(getvariable('engops_salt') || lower(trim({{ expression }}))){% endmacro %}
