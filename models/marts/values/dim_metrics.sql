-- The registry is what the metric models' own YAML says under `config.meta.metric`: read, never written twice.
{%- set fields = {
    'label': 'varchar', 'definition': 'varchar', 'start_event': 'varchar', 'stop_event': 'varchar', 'event_source': 'varchar',
    'inclusion': 'varchar', 'exclusion': 'varchar', 'aggregation': 'varchar', 'unit': 'varchar', 'measure': 'varchar',
    'direction': 'varchar', 'family': 'varchar', 'pane': 'varchar', 'framework': 'varchar', 'accountable_owner': 'varchar',
    'query_owner': 'varchar', 'refresh_cadence': 'varchar', 'counter_metric': 'varchar', 'coverage_kind': 'varchar',
    'maturity_days': 'integer', 'minimum_coverage': 'double', 'minimum_sample': 'integer', 'version': 'integer',
    'changed_on': 'date', 'business_reading': 'varchar', 'playbook': 'varchar', 'worse_20_percent': 'varchar',
    'sort_order': 'integer',
} %}
with as_of as (
    select * from {{ ref('dim_as_of') }}
),

registry as (
    {% for metric in registered_metrics() -%}
    select
        '{{ metric.key }}' as metric_key
        {%- for field, type in fields.items() %},
        cast({{ sql_text(metric.get(field)) }} as {{ type }}) as {{ field }}
        {%- endfor %},
        {{ sql_text(metric.get('is_headline', false)) }} as is_core
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        registry.metric_key,
        {%- for field in fields %}
        registry.{{ field }},
        {%- endfor %}
        -- the DORA five, and the one that the organisation picked
        registry.is_core or registry.metric_key = as_of.headline_metric as is_headline
    from registry
    cross join as_of
)

select * from final
