{#- A source that is not configured still has its empty, typed raw tables, so that `dbt build` always builds everything. -#}
{% macro register_raw() %}
    {% if execute %}
        {% for node in graph.sources.values() if node.schema.startswith('raw_') %}
            {{ adapter.dispatch('register_raw_table', 'engops')(node) }}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro duckdb__register_raw_table(node) %}
    create schema if not exists {{ node.schema }};
    create table if not exists {{ node.schema }}.{{ node.identifier }} (
        record_key varchar not null,
        channel varchar not null,
        event varchar not null,
        received_at timestamptz not null,
        payload json using compression zstd,
        _dlt_load_id varchar not null,
        _dlt_id varchar not null
    );
{% endmacro %}
