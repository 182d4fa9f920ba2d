{#- Fails for each row whose key stands in another row too, or lacks a column: what `unique` and `not_null` say, in one node. -#}
{% test keyed_by(model, key, not_null=[]) %}
{%- set keys = [key] if key is string else key %}
with rows_of_it as (
    select
        *,
        count(*) over (partition by {{ keys | join(', ') }}) as _rows_of_key
    from {{ model }}
)

select
    {{ (keys + not_null) | unique | join(', ') }},
    case
        {%- for column in (keys + not_null) | unique %}
        when {{ column }} is null then '{{ column }} is null'
        {%- endfor %}
        else 'the key stands in several rows'
    end as problem
from rows_of_it
where _rows_of_key > 1
    {%- for column in (keys + not_null) | unique %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
