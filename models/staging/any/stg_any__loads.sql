-- dlt names a load by the second in which it began.
with loads as (
    {%- for schema in raw_schemas('_dlt_loads') %}
    select '{{ schema[4:] }}' as source, load_id
    from {{ schema }}._dlt_loads
    union all
    {%- endfor %}
    select '' as source, '' as load_id
    where 1 = 0
)

select
    source,
    max({{ ts_epoch('cast(load_id as double)') }}) as arrived_at
from loads
group by source
