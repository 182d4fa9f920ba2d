{#- Fails for each row whose key stands in another row too, that lacks a column, or holds a word that is none of those listed: what `unique`,
    `not_null` and `accepted_values` say, in one node. A null is none of no list: `not_null` says whether it may be. -#}
{% test keyed_by(model, key, not_null=[], among={}) %}
{%- set keys = [key] if key is string else key %}
{%- set columns = (keys + not_null + among.keys() | list) | unique | list %}
with rows_of_it as (
    select
        {{ columns | join(', ') }},
        case
            {%- for column in (keys + not_null) | unique %}
            when {{ column }} is null then '{{ column }} is null'
            {%- endfor %}
            {%- for column, words in among.items() %}
            when {{ column }} not in ('{{ words | join("', '") }}') then '{{ column }} is none of {{ words | join(", ") }}'
            {%- endfor %}
            when count(*) over (partition by {{ keys | join(', ') }}) > 1 then 'the key stands in several rows'
        end as problem
    from {{ model }}
)

select * from rows_of_it
where problem is not null
{% endtest %}
