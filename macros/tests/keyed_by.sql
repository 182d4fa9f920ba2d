{#- Fails for each row that lacks a column or holds a word that is none of those listed, and each key that stands in several rows: what `unique`,
    `not_null` and `accepted_values` say, in one node. A null is none of no list: `not_null` says whether it may be. Of a `sparse` key a part
    may be null; nulls are equal to each other. -#}
{% test keyed_by(model, key, not_null=[], among={}, sparse=false) %}
{%- set keys = [key] if key is string else key %}
{%- set filled = (not_null if sparse else keys + not_null) | unique | list %}
with problems as (
    select
        {{ keys | join(', ') }},
        case
            {%- for column in filled %}
            when {{ column }} is null then '{{ column }} is null'
            {%- endfor %}
            {%- for column, words in among.items() %}
            when {{ column }} not in ('{{ words | join("', '") }}') then '{{ column }} is none of {{ words | join(", ") }}'
            {%- endfor %}
            when 1 = 0 then ''
        end as problem
    from {{ model }}
    union all
    select
        {{ keys | join(', ') }},
        'the key stands in several rows' as problem
    from {{ model }}
    group by {{ keys | join(', ') }}
    having count(*) > 1
)

select * from problems
where problem is not null
{% endtest %}
