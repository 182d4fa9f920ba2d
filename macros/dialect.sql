{#- What two engines spell differently, one macro each; everything else is one SQL. -#}

{#- A timestamp in UTC without a zone, from text with or without an offset, which a space may part from the time, or null where it is none. -#}
{% macro ts_utc(expression) %}{{ return(adapter.dispatch('ts_utc', 'engops')(expression)) }}{% endmacro %}
{% macro duckdb__ts_utc(expression) %}(try_cast(replace(replace({{ expression }}, ' +', '+'), ' -', '-') as timestamptz) at time zone 'UTC'){% endmacro %}

{#- A UTC timestamp as the wall clock of another zone. -#}
{% macro in_zone(expression, zone) %}{{ return(adapter.dispatch('in_zone', 'engops')(expression, zone)) }}{% endmacro %}
{% macro duckdb__in_zone(expression, zone) %}(({{ expression }}) at time zone 'UTC' at time zone {{ zone }}){% endmacro %}

{#- Seconds from one timestamp to another, with their fraction; negative where the second is earlier. -#}
{% macro seconds_between(start, stop) %}{{ return(adapter.dispatch('seconds_between', 'engops')(start, stop)) }}{% endmacro %}
{% macro duckdb__seconds_between(start, stop) %}((epoch_us({{ stop }}) - epoch_us({{ start }})) / 1000000.0){% endmacro %}

{#- The text of a JSON fragment; null for a JSON null. -#}
{% macro json_text(fragment) %}{{ return(adapter.dispatch('json_text', 'engops')(fragment)) }}{% endmacro %}
{% macro duckdb__json_text(fragment) %}json_extract_string({{ fragment }}, '$'){% endmacro %}

{#- The text at a path of a JSON fragment; null where nothing is there, or a JSON null. -#}
{% macro json_at(fragment, path) %}{{ return(adapter.dispatch('json_at', 'engops')(fragment, path)) }}{% endmacro %}
{% macro duckdb__json_at(fragment, path) %}json_extract_string({{ fragment }}, '{{ path }}'){% endmacro %}

{#- The JSON fragment of a field whose name is an SQL expression; null where it is not there. -#}
{% macro json_member(fragment, name) %}{{ return(adapter.dispatch('json_member', 'engops')(fragment, name)) }}{% endmacro %}
{% macro duckdb__json_member(fragment, name) %}json_extract({{ fragment }}, concat('$."', {{ name }}, '"')){% endmacro %}

{#- A JSON array of objects as a list of JSON fragments, to be unnested. -#}
{% macro json_list(fragment, path='$') %}{{ return(adapter.dispatch('json_list', 'engops')(fragment, path)) }}{% endmacro %}
{% macro duckdb__json_list(fragment, path) %}json_extract({{ fragment }}, '{{ path }}[*]'){% endmacro %}

{#- True where the whole of a text matches a regular expression. -#}
{% macro re_match(expression, pattern) %}{{ return(adapter.dispatch('re_match', 'engops')(expression, pattern)) }}{% endmacro %}
{% macro duckdb__re_match(expression, pattern) %}regexp_full_match({{ expression }}, {{ pattern }}){% endmacro %}

{#- The distinct values of a group as a sorted list without nulls; null where there are none. -#}
{% macro agg_sorted(expression) %}{{ return(adapter.dispatch('agg_sorted', 'engops')(expression)) }}{% endmacro %}
{% macro duckdb__agg_sorted(expression) %}list_sort(list(distinct {{ expression }}) filter (where {{ expression }} is not null)){% endmacro %}

{#- One row an element of a list column, as `unnest_as` wants it in a from clause: `from t, {{ explode('t.list', 'item') }}`. -#}
{% macro explode(list, alias) %}{{ return(adapter.dispatch('explode', 'engops')(list, alias)) }}{% endmacro %}
{% macro duckdb__explode(list, alias) %}unnest({{ list }}) as _{{ alias }}({{ alias }}){% endmacro %}

{#- The same with the position of the element, from 1, as a second column. -#}
{% macro explode_numbered(list, alias, position) %}{{ return(adapter.dispatch('explode_numbered', 'engops')(list, alias, position)) }}{% endmacro %}
{% macro duckdb__explode_numbered(list, alias, position) %}unnest({{ list }}) with ordinality as _{{ alias }}({{ alias }}, {{ position }}){% endmacro %}

{#- A UTC timestamp as ISO text that sorts as time does. -#}
{% macro iso_utc(timestamp) %}{{ return(adapter.dispatch('iso_utc', 'engops')(timestamp)) }}{% endmacro %}
{% macro duckdb__iso_utc(timestamp) %}strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%S.%fZ'){% endmacro %}

{#- All matches of a group of a regular expression, as a list. -#}
{% macro re_all(expression, pattern, group=1) %}{{ return(adapter.dispatch('re_all', 'engops')(expression, pattern, group)) }}{% endmacro %}
{% macro duckdb__re_all(expression, pattern, group) %}regexp_extract_all({{ expression }}, '{{ pattern }}', {{ group }}){% endmacro %}

{#- The texts below a path with a wildcard, as a list without nulls; empty where there is nothing. -#}
{% macro json_texts(fragment, path) %}{{ return(adapter.dispatch('json_texts', 'engops')(fragment, path)) }}{% endmacro %}
{% macro duckdb__json_texts(fragment, path) %}coalesce(list_filter(json_extract_string({{ fragment }}, '{{ path }}'), lambda x: x is not null), cast([] as varchar[])){% endmacro %}

{#- A UTC timestamp from seconds since 1970. -#}
{% macro ts_epoch(seconds) %}{{ return(adapter.dispatch('ts_epoch', 'engops')(seconds)) }}{% endmacro %}
{% macro duckdb__ts_epoch(seconds) %}make_timestamp(try_cast({{ seconds }} as bigint) * 1000000){% endmacro %}

{#- A UTC timestamp from milliseconds since 1970. -#}
{% macro ts_millis(milliseconds) %}{{ return(adapter.dispatch('ts_millis', 'engops')(milliseconds)) }}{% endmacro %}
{% macro duckdb__ts_millis(milliseconds) %}make_timestamp(try_cast({{ milliseconds }} as bigint) * 1000){% endmacro %}

{#- A text with every match of a regular expression replaced. -#}
{% macro re_replace(expression, pattern, replacement) %}{{ return(adapter.dispatch('re_replace', 'engops')(expression, pattern, replacement)) }}{% endmacro %}
{% macro duckdb__re_replace(expression, pattern, replacement) %}regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g'){% endmacro %}

{#- The first group of a regular expression found in a text; null where either is null, empty where it is not found. -#}
{% macro re_group(expression, pattern) %}{{ return(adapter.dispatch('re_group', 'engops')(expression, pattern)) }}{% endmacro %}
{% macro duckdb__re_group(expression, pattern) %}case when regexp_matches({{ expression }}, {{ pattern }}) then regexp_extract({{ expression }}, {{ pattern }}, 1) end{% endmacro %}

{#- The wall clock of a zone as a timestamp in UTC. Where clocks were put back over it, and it was so twice, the first time. -#}
{% macro from_zone(expression, zone) %}{{ return(adapter.dispatch('from_zone', 'engops')(expression, zone)) }}{% endmacro %}
{% macro duckdb__from_zone(expression, zone) -%}
    (case
        when {{ in_zone("(" ~ expression ~ ") at time zone " ~ zone ~ " at time zone 'UTC' - interval 1 hour", zone) }} = {{ expression }}
            then ({{ expression }}) at time zone {{ zone }} at time zone 'UTC' - interval 1 hour
        else ({{ expression }}) at time zone {{ zone }} at time zone 'UTC'
    end)
{%- endmacro %}

{#- A list of timestamps from one to another, both included, a step apart; null where either end is null. -#}
{% macro timestamp_series(start, stop, step) %}{{ return(adapter.dispatch('timestamp_series', 'engops')(start, stop, step)) }}{% endmacro %}
{% macro duckdb__timestamp_series(start, stop, step) %}generate_series({{ start }}, {{ stop }}, interval {{ step }}){% endmacro %}

{#- A moment with a zone as a UTC timestamp without one. -#}
{% macro utc(moment) %}{{ return(adapter.dispatch('utc', 'engops')(moment)) }}{% endmacro %}
{% macro duckdb__utc(moment) %}(({{ moment }}) at time zone 'UTC'){% endmacro %}

{#- True where a regular expression, given as plain text, is found anywhere in a text. -#}
{% macro re_find(expression, pattern) %}{{ return(adapter.dispatch('re_find', 'engops')(expression, pattern)) }}{% endmacro %}
{% macro duckdb__re_find(expression, pattern) %}regexp_matches({{ expression }}, '{{ pattern }}'){% endmacro %}

{#- Lists. None of texts: -#}
{% macro no_texts() %}{{ return(adapter.dispatch('no_texts', 'engops')()) }}{% endmacro %}
{% macro duckdb__no_texts() %}cast([] as varchar[]){% endmacro %}

{#- The type of such a list: -#}
{% macro texts_type() %}{{ return(adapter.dispatch('texts_type', 'engops')()) }}{% endmacro %}
{% macro duckdb__texts_type() %}varchar[]{% endmacro %}

{#- One of a single element: -#}
{% macro list_of(expression) %}{{ return(adapter.dispatch('list_of', 'engops')(expression)) }}{% endmacro %}
{% macro duckdb__list_of(expression) %}[{{ expression }}]{% endmacro %}

{#- One of several texts, without those that are null: -#}
{% macro texts_of(expressions) %}{{ return(adapter.dispatch('texts_of', 'engops')(expressions)) }}{% endmacro %}
{% macro duckdb__texts_of(expressions) %}list_filter(cast([{{ expressions | join(', ') }}] as varchar[]), lambda x: x is not null){% endmacro %}

{#- Its number of elements; null where the list is. -#}
{% macro list_size(list) %}{{ return(adapter.dispatch('list_size', 'engops')(list)) }}{% endmacro %}
{% macro duckdb__list_size(list) %}len({{ list }}){% endmacro %}

{#- Two, one after the other. -#}
{% macro list_plus(one, other) %}{{ return(adapter.dispatch('list_plus', 'engops')(one, other)) }}{% endmacro %}
{% macro duckdb__list_plus(one, other) %}list_concat({{ one }}, {{ other }}){% endmacro %}

{#- Whether an element is in it. -#}
{% macro list_has(list, element) %}{{ return(adapter.dispatch('list_has', 'engops')(list, element)) }}{% endmacro %}
{% macro duckdb__list_has(list, element) %}list_contains({{ list }}, {{ element }}){% endmacro %}

{#- Its elements without repetition, in no order. -#}
{% macro list_unique(list) %}{{ return(adapter.dispatch('list_unique', 'engops')(list)) }}{% endmacro %}
{% macro duckdb__list_unique(list) %}list_distinct({{ list }}){% endmacro %}

{#- The same, sorted. -#}
{% macro list_sorted(list) %}{{ return(adapter.dispatch('list_sorted', 'engops')(list)) }}{% endmacro %}
{% macro duckdb__list_sorted(list) %}list_sort(list_distinct({{ list }})){% endmacro %}

{#- Its texts as one, with a separator between. -#}
{% macro list_text_by(list, separator) %}{{ return(adapter.dispatch('list_text_by', 'engops')(list, separator)) }}{% endmacro %}
{% macro duckdb__list_text_by(list, separator) %}array_to_string({{ list }}, {{ separator }}){% endmacro %}

{#- The whole numbers from 1 to n. -#}
{% macro numbers_to(n) %}{{ return(adapter.dispatch('numbers_to', 'engops')(n)) }}{% endmacro %}
{% macro duckdb__numbers_to(n) %}range(1, {{ n }} + 1){% endmacro %}

{#- The texts of a group, joined by commas in an order. -#}
{% macro agg_text(expression, order) %}{{ return(adapter.dispatch('agg_text', 'engops')(expression, order)) }}{% endmacro %}
{% macro duckdb__agg_text(expression, order) %}string_agg({{ expression }}, ',' order by {{ order }}){% endmacro %}

{#- The number of elements of a JSON array. -#}
{% macro json_size(fragment) %}{{ return(adapter.dispatch('json_size', 'engops')(fragment)) }}{% endmacro %}
{% macro duckdb__json_size(fragment) %}json_array_length({{ fragment }}){% endmacro %}

{#- Whether below a path with a wildcard every element of a JSON array has a text. -#}
{% macro json_all_texts(fragment, path) %}{{ return(adapter.dispatch('json_all_texts', 'engops')(fragment, path)) }}{% endmacro %}
{% macro duckdb__json_all_texts(fragment, path) %}(len(list_filter(json_type({{ fragment }}, '{{ path }}'), lambda x: x = 'VARCHAR')) = json_array_length({{ fragment }})){% endmacro %}

{#- The lines of a text as a list. -#}
{% macro lines_of(expression) %}{{ return(adapter.dispatch('lines_of', 'engops')(expression)) }}{% endmacro %}
{% macro duckdb__lines_of(expression) %}string_split({{ expression }}, chr(10)){% endmacro %}

{#- The schemas that hold a raw table of this name, whichever source landed it. -#}
{% macro raw_schemas(table_name) %}{{ return(adapter.dispatch('raw_schemas', 'engops')(table_name)) }}{% endmacro %}
{% macro duckdb__raw_schemas(table_name) -%}
    {%- set sql -%}
        select schema_name from duckdb_tables()
        where table_name = '{{ table_name }}' and schema_name like 'raw!_%' escape '!' and database_name = current_database()
        order by 1
    {%- endset -%}
    {{ return(run_query(sql).columns[0].values() | list if execute else []) }}
{%- endmacro %}

{#- The members of a JSON object of texts and numbers as texts `name:value`, sorted; empty where it is no object. -#}
{% macro pairs_of(fragment) %}{{ return(adapter.dispatch('pairs_of', 'engops')(fragment)) }}{% endmacro %}
{% macro duckdb__pairs_of(fragment) %}coalesce(list_sort(list_transform(map_entries(try_cast({{ fragment }} as map(varchar, varchar))), lambda x: concat(x.key, ':', x.value))), cast([] as varchar[])){% endmacro %}
