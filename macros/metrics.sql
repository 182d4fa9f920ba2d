{#- What every metric repeats. -#}

{#- A duration in seconds as a metric's value: null where either end is missing, and where the stop lies before the start. Clocks that
    contradict each other measure nothing; such a row lowers the coverage instead of pulling the median down. -#}
{% macro duration_value(start, stop) -%}
    case when {{ stop }} >= {{ start }} then cast({{ seconds_between(start, stop) }} as double) end
{%- endmacro %}
