{#- Which dbt run changed this warehouse last. Publishing compares it with dbt's run results, so that the results of
    another warehouse, or of an earlier run, publish nothing; nor does a run that began before something else landed, which is
    told by the loads that it saw, since clocks jump. -#}
{% macro record_run() %}
    {% if execute and flags.WHICH in ['build', 'run', 'seed', 'snapshot', 'test', 'retry'] %}
        {{ adapter.dispatch('record_run', 'engops')() }}
    {% endif %}
{% endmacro %}

{% macro duckdb__record_run() %}
    create schema if not exists runs;
    create or replace table runs.latest as
    select
        '{{ invocation_id }}' as invocation_id,
        '{{ flags.WHICH }}' as command,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as started_at;
    create or replace table runs.loads as
    select '' as load_schema, '' as load_id where false
    {%- for row in run_query("select schema_name from duckdb_tables() where table_name = '_dlt_loads' and not internal") %}
    union all
    select '{{ row[0] }}', load_id from {{ row[0] }}._dlt_loads
    {%- endfor %};
{% endmacro %}
