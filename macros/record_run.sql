{#- Which dbt run changed this warehouse last. Publishing compares it with dbt's run results, so that the results of
    another warehouse, or of an earlier run, publish nothing. -#}
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
{% endmacro %}
