{#- How numbers read on pages. Pages do no arithmetic: what a reader sees is made here, once. -#}

{#- Text of a whole number. -#}
{% macro whole(expression) %}cast(cast(round({{ expression }}) as bigint) as {{ dbt.type_string() }}){% endmacro %}

{#- Text with one decimal. -#}
{% macro tenths(expression) %}cast(round({{ expression }}, 1) as {{ dbt.type_string() }}){% endmacro %}

{#- Seconds as a person says them: "42 s", "12 min", "4 h 10 min", "2.3 d", "45 d"; a minus where time ran backwards. -#}
{% macro human_duration(seconds) -%}
    {%- set size = 'abs(' ~ seconds ~ ')' -%}
    case when {{ seconds }} <= -0.5 then '−' else '' end
    || case
        when {{ size }} < 59.5 then {{ whole(size) }} || ' s'
        when {{ size }} < 3570 then {{ whole(size ~ ' / 60') }} || ' min'
        when {{ size }} < 86370 then
            {{ whole('floor(round(' ~ size ~ ' / 60) / 60)') }} || ' h'
            || case
                when round({{ size }} / 60) % 60 > 0 then ' ' || {{ whole('round(' ~ size ~ ' / 60) % 60') }} || ' min'
                else ''
            end
        when {{ size }} < 2592000 then {{ tenths(size ~ ' / 86400') }} || ' d'
        else {{ whole(size ~ ' / 86400') }} || ' d'
    end
{%- endmacro %}

{#- A metric's value as a person says it, by its measure: durations are seconds, rates are shares of 1. -#}
{% macro human_value(value, measure) -%}
    case
        when {{ value }} is null then null
        when {{ measure }} = 'duration' then {{ human_duration(value) }}
        when {{ measure }} = 'rate' then {{ tenths('100 * ' ~ value) }} || ' %'
        when {{ value }} = round({{ value }}) then {{ whole(value) }}
        else {{ tenths(value) }}
    end
{%- endmacro %}

{#- A key as one segment of an address: letters, digits and hyphens only, so that no name can break out of a link or a
    query. Where that loses something, a piece of the key's hash keeps it unique. -#}
{% macro slug(key) %}{{ return(adapter.dispatch('slug', 'engops')(key)) }}{% endmacro %}
{% macro duckdb__slug(key) -%}
    case
        when regexp_full_match({{ key }}, '[a-z0-9][a-z0-9-]{0,59}') then {{ key }}
        else
            substr(trim(regexp_replace(lower({{ key }}), '[^a-z0-9]+', '-', 'g'), '-'), 1, 50)
            || '-' || substr(md5({{ key }}), 1, 8)
    end
{%- endmacro %}

{#- The day of a timestamp or date as ISO text. -#}
{% macro day_text(expression) %}substr(cast({{ expression }} as {{ dbt.type_string() }}), 1, 10){% endmacro %}

{#- A timestamp as text to the minute. -#}
{% macro minute_text(expression) %}substr(cast({{ expression }} as {{ dbt.type_string() }}), 1, 16){% endmacro %}

{#- An address that a page may link to: https or http, or nothing. -#}
{% macro safe_url(expression) %}case when {{ expression }} like 'https://%' or {{ expression }} like 'http://%' then {{ expression }} end{% endmacro %}

{#- The items of a list of texts in one text; null where there is no list. -#}
{% macro list_text(list) %}{{ return(adapter.dispatch('list_text', 'engops')(list)) }}{% endmacro %}
{% macro duckdb__list_text(list) %}array_to_string({{ list }}, ', '){% endmacro %}
