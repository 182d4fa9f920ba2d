{#- Kinds of fields: a payload that lacks what it cannot be understood without is set aside, and nothing becomes null in silence.

    In the fields of `json_fields`, a kind follows the path: `"id": "@.id id!"`. `!` says that the field is required; of all
    that end in `!x` one is; `?!` says that it may be missing or null, and must be right where it is there. A field of another kind is read as if it were missing. Two columns come with the fields:
    `problems`, a line `path kind found` for each, null where there is none, and `is_set_aside`: something required is not there.

        id          text that is not empty, or a whole number within 64 bits
        name        text that is not empty
        text        any text
        address     text that leads to a repository or to what it holds
        text~x      text in which the regular expression x is found
        word(a|b)   one of these words, in any case
        time        text that is a time from 1971 to 2200, with its date: 1970 is what tools make of none, and of seconds read as milliseconds
        moment      the same, or seconds since 1970
        millis      milliseconds since 1970, from 1971 to 2200
        count       whole number from 0 to 2^53, so that sums do not overflow
        number      any number
        flag        true or false
        list, object, json
        texts       list of texts; texts.x: list of objects with a text x. Other elements are told and left out. -#}
{% macro is_kind(kind, fragment) -%}
    {%- set whole = fragment ~ " = cast(try_cast(" ~ fragment ~ " as bigint) as " ~ dbt.type_string() ~ ")" -%}
    {%- set moment = ts_utc(json_text(fragment)) -%}
    {%- if kind == 'id' -%} ({{ fragment }} like '"_%"' or coalesce({{ whole }}, false))
    {%- elif kind == 'name' -%} {{ fragment }} like '"_%"'
    {%- elif kind == 'text' -%} {{ fragment }} like '"%'
    {%- elif kind.startswith('text~') -%} ({{ fragment }} like '"%' and {{ re_find(json_text(fragment), kind[5:]) }})
    {%- elif kind.startswith('word(') -%} lower({{ fragment }}) in ({% for word in kind[5:-1].split('|') %}'"{{ word }}"'{{ ', ' if not loop.last }}{% endfor %})
    {%- elif kind == 'address' -%} {{ is_kind('text~^https?://[^/]+/[^/?#]+/[^/?#]+', fragment) }}
    {%- elif kind == 'time' -%}
        ({{ fragment }} like '"____-__-__%' and coalesce({{ moment }} >= timestamp '1971-01-01' and {{ moment }} < timestamp '2201-01-01', false))
    {%- elif kind == 'moment' -%}
        ({{ is_kind('time', fragment) }} or coalesce({{ whole }} and try_cast({{ fragment }} as bigint) between 31536000 and 7289654399, false))
    {%- elif kind == 'millis' -%} coalesce({{ whole }} and try_cast({{ fragment }} as bigint) between 31536000000 and 7289654399999, false)
    {%- elif kind == 'count' -%} coalesce({{ whole }} and try_cast({{ fragment }} as bigint) between 0 and 9007199254740992, false)
    {%- elif kind == 'number' -%} (substr({{ fragment }}, 1, 1) between '-' and '9' and try_cast({{ fragment }} as double) is not null)
    {%- elif kind == 'flag' -%} {{ fragment }} in ('true', 'false')
    {%- elif kind == 'list' or kind.startswith('texts') -%} {{ fragment }} like '[%'
    {%- elif kind == 'object' -%} substr({{ fragment }}, 1, 1) = '{'
    {%- elif kind == 'json' -%} true
    {%- else -%} {{ exceptions.raise_compiler_error("json_fields knows no kind " ~ kind) }}
    {%- endif -%}
{%- endmacro %}

{#- What `json_fields` gives where fields have kinds. A problem is told as `path kind found`, found being `missing`, `null` or
    the first character of the fragment, which says what it is instead. -#}
{% macro checked_fields(relation, column, fields, keep, object, at) -%}
    {%- set paths, kinds, groups, lacking, parents, below = {}, {}, {}, {}, [], [] -%}
    {%- for name, field in fields.items() -%}
        {%- set path, _, rule = field.partition(' ') -%}
        {%- set kind, is_required, group = rule.partition('!') -%}
        {%- if is_required and kind.endswith('?') -%}
            {%- set kind = kind[:-1] -%}
            {%- do lacking.update({name: "not coalesce(_is_" ~ name ~ ", true)"}) -%}
            {%- set is_required = '' -%}
        {%- endif -%}
        {%- if ' ' in rule -%}
            {{ exceptions.raise_compiler_error("a problem is told by words: no space may stand in the kind of " ~ name ~ ": " ~ rule) }}
        {%- endif -%}
        {%- do paths.update({name: path}) -%}
        {%- if kind -%}{%- do kinds.update({name: kind}) -%}{%- endif -%}
        {%- if is_required -%}{%- do groups.setdefault(group or name, []).append(name) -%}{%- endif -%}
    {%- endfor -%}
    {#- where a parent is no object, all below it is missing: one of them is enough to look at -#}
    {%- for name, path in paths.items() -%}
        {%- set steps = path.split('.') -%}
        {%- for depth in range(1 if path[0] == '@' else 2, steps | length) if steps[:depth] | join('.') not in paths.values() -%}
            {%- set parent = steps[:depth] | join('.') -%}
            {%- do below.append(name) if parent not in parents and name not in below -%}
            {%- do parents.append(parent) if parent not in parents -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for members in groups.values() -%}
        {%- do lacking.update({members[0]: "not coalesce(_is_" ~ members | join(" or _is_") ~ ", false)"}) -%}
    {%- endfor -%}
    select
        {{ keep | join(', ') }}
        {%- for name in fields %},
        {{ 'case when coalesce(_is_' ~ name ~ ', true) then ' ~ name ~ ' end as ' ~ name if name in kinds else name }}
        {%- endfor %},
        nullif(concat_ws(
            chr(10)
            {%- for name, kind in kinds.items() %},
            case
                when not _is_{{ name }} then concat({{ told_path(paths[name], object, at, kind) }}, substr({{ name }}, 1, 1))
                {%- if name in lacking %}
                when _is_{{ name }} is null and {{ lacking[name] }}
                    then concat({{ told_path(paths[name], object, at, kind) }}, case when {{ name }} is null then 'missing' else 'null' end)
                {%- endif %}
                {%- if kind.startswith('texts') %}
                when _is_{{ name }} and not {{ json_all_texts(name, kind.replace('texts', '$[*]')) }}
                    then concat({{ told_path(paths[name] ~ kind.replace('texts', '[*]'), object, at, kind) }}, '[')
                {%- endif %}
            end
            {%- endfor %}
            {%- for parent in parents %},
            case when _misplaced[{{ loop.index }}] then concat({{ told_path(parent, object, at, 'object') }}) end
            {%- endfor %}
        ), '') as problems,
        {{ lacking.values() | join(' or ') if lacking else 'false' }} as is_set_aside
    from (
        select
            {{ keep | join(', ') }}, {{ fields | join(', ') }}{{ ', _misplaced' if parents }}
            {%- for name, kind in kinds.items() %},
            case when {{ name }} <> 'null' then {{ is_kind(kind, name) }} end as _is_{{ name }}
            {%- endfor %}
        from (
            {{ json_fragments(relation, column, paths, keep, object, parents, below) }}
        )
    )
{%- endmacro %}

{#- The `problems` of a row, and of each field that contradicts the others: its path as SQL, what is wrong, in a word that
    `told_problems` puts into a sentence, and when. -#}
{% macro told_contradictions(problems, wrong) -%}
    nullif(concat_ws(
        chr(10), {{ problems }}
        {%- for path, kind, condition in wrong %},
        case when {{ condition }} then concat({{ path }}, ' {{ kind }} x') end
        {%- endfor %}
    ), '')
{%- endmacro %}

{#- True for a score that lies outside the scale that stands beside it; all three are JSON fragments. -#}
{% macro is_off_scale(score, lowest, highest) -%}
    {%- set number, low, high = "try_cast(" ~ score ~ " as double)", "try_cast(" ~ lowest ~ " as double)", "try_cast(" ~ highest ~ " as double)" -%}
    coalesce({{ low }} is not null and {{ high }} is not null and {{ number }} not between least({{ low }}, {{ high }}) and greatest({{ low }}, {{ high }}), false)
{%- endmacro %}

{#- The path of a field in the whole payload and its kind, as SQL. -#}
{% macro told_path(path, object, at, kind) -%}
    {%- set told = path[1:] ~ ' ' ~ kind.partition('~')[0] ~ ' ' -%}
    {%- if path[0] == '@' -%} case channel when 'api' then '$' else '$.{{ object }}' end, '{{ told }}'
    {%- elif at == "'$'" -%} '${{ told }}'
    {%- else -%} {{ at }}, '{{ told }}'
    {%- endif -%}
{%- endmacro %}

{#- One row a problem of the rows of a relation with `problems`: `json_path` and `reason`, in words. The value itself is never
    told: it may be a person's, or hostile. -#}
{% macro told_problems(relation, keep) -%}
    {%- set expected -%}
    case
            when kind = 'id' then 'text or a whole number'
            when kind in ('time', 'moment', 'millis') then 'a time'
            when kind = 'count' then 'a whole number'
            when kind = 'number' then 'a number'
            when kind = 'flag' then 'true or false'
            when kind = 'list' or (kind like 'texts%' and json_path not like '%[*]%') then 'a list'
            when kind = 'object' then 'an object'
            else 'text'
        end
    {%- endset -%}
    select
        {{ keep | join(', ') }},
        json_path,
        case
            when found = 'missing' then 'missing'
            when kind = 'scale' then 'outside its scale'
            when kind = 'share' then 'no share from 0 to 1'
            when kind = 'part' then 'more than the whole'
            when kind = 'end' then 'before its beginning'
            when json_path like '%[*]%' then concat('not every element has ', {{ expected }})
            when found = '"' and kind in ('time', 'moment') then 'no time from 1971 to 2200'
            when found = '"' and kind in ('id', 'name') then 'empty'
            when found = '"' and kind like 'word%' then concat('none of ', replace(substr(kind, 6, length(kind) - 6), '|', ', '))
            when found = '"' and kind = 'address' then 'no address of a repository'
            when found = '"' and kind = 'text' then 'not of the form that is read'
            when found between '-' and '9' and kind = 'id' then 'no whole number of 64 bits'
            when found between '-' and '9' and kind in ('moment', 'millis') then 'no time from 1971 to 2200'
            when found between '-' and '9' and kind = 'count' then 'no whole number from 0 to 2^53'
            else concat(
                case found
                    when '"' then 'text' when '{' then 'object' when '[' then 'list' when 't' then 'true' when 'f' then 'false'
                    when 'null' then 'null' when '' then 'something else' else 'number'
                end,
                ' where ', {{ expected }}, ' is expected'
            )
        end as reason
    from (
        select
            {{ keep | join(', ') }},
            split_part(problem, ' ', 1) as json_path,
            split_part(problem, ' ', 2) as kind,
            split_part(problem, ' ', 3) as found
        from {{ relation }}, {{ explode(lines_of('problems'), 'problem') }}
    )
{%- endmacro %}
