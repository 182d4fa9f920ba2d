{#- What every metric repeats. -#}

{#- A duration in seconds as a metric's value: null where either end is missing, and where the stop lies before the start. Clocks that
    contradict each other measure nothing; such a row lowers the coverage instead of pulling the median down. -#}
{% macro duration_value(start, stop) -%}
    case when {{ stop }} >= {{ start }} then cast({{ seconds_between(start, stop) }} as double) end
{%- endmacro %}

{#- The registry entries of all metric models, from their YAML, in the order that they are to be shown. -#}
{% macro registered_metrics() -%}
    {%- set entries = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.meta.get('metric') -%}
            {%- do entries.append(node.config.meta.metric) -%}
        {%- endfor -%}
    {%- else -%}
        {%- do entries.append({'key': ''}) -%}
    {%- endif -%}
    {{ return(entries | sort(attribute='key') | sort(attribute='sort_order') if execute else entries) }}
{%- endmacro %}

{#- A value of YAML as a literal: null where there is none, the lines of a list below each other. -#}
{% macro sql_text(value) -%}
    {%- if value is none or value is undefined -%}null
    {%- elif value is boolean or value is number -%}{{ value }}
    {%- else -%}'{{ (value | join('\n') if value is iterable and value is not string else value) | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}

{#- How a rate lies between the members of a segment: lowest, quartiles, highest. -#}
{% macro spread_of(member) -%}
    count(case when segment_type = '{{ member }}' then 1 end) as {{ member }}_count
    {%- set rate = "case when segment_type = '" ~ member ~ "' then deployments_per_day end" %},
        percentile_cont(0.5) within group (
            order by case when segment_type = '{{ member }}' then deployments end
        ) as {{ member }}_median,
        min({{ rate }}) as {{ member }}_lowest_per_day,
        percentile_cont(0.25) within group (order by {{ rate }}) as {{ member }}_lower_quartile_per_day,
        percentile_cont(0.5) within group (order by {{ rate }}) as {{ member }}_median_per_day,
        percentile_cont(0.75) within group (order by {{ rate }}) as {{ member }}_upper_quartile_per_day,
        max({{ rate }}) as {{ member }}_highest_per_day
{%- endmacro %}

{#- Where a metric must stand: as a model, with an entry in its YAML, in a line of the union. Keys by place. -#}
{% macro metric_places() -%}
    {%- set places = {
        'models in models/marts/metrics': [], 'keys in config.meta.metric': [], 'lines of metric_observations': [],
    } -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' -%}
        {%- if node.path.startswith('marts/metrics/') -%}
            {%- do places['models in models/marts/metrics'].append(node.name | replace('metric_', '', 1)) -%}
        {%- endif -%}
        {%- if node.config.meta.get('metric') -%}
            {%- do places['keys in config.meta.metric'].append(node.config.meta.metric.key) -%}
        {%- endif -%}
        {%- if node.name == 'metric_observations' -%}
            {%- for parent in node.depends_on.nodes -%}
                {%- do places['lines of metric_observations'].append(parent.split('.')[-1] | replace('metric_', '', 1)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{#- The columns that the models of a schema declare, as pairs of model and column. -#}
{% macro declared_columns(schema) -%}
    {%- set columns = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.schema == schema -%}
        {%- for column in node.columns.values() -%}
            {%- do columns.append((node.name, column.name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
