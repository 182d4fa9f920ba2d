{#- The payloads of a raw table that this model has not read yet; a record_key that an interrupted load appended twice, or
    that a tool delivered twice, comes twice. By record_key and not by load id: that is a time, and clocks jump back. Rows are
    chosen by their narrow columns before any payload is touched. -#}
{% macro new_payloads(relation) -%}
    select record_key, channel, event, received_at, payload, _dlt_load_id
    from {{ relation }}
    {%- if is_incremental() %}
    where _dlt_id in (
        select _dlt_id from {{ relation }} where record_key not in (select record_key from {{ this }})
    )
    {%- endif %}
{%- endmacro %}

{#- True for the rows of loads that this model has not read, or not to their end: a load that was cut continues under its id,
    and one that a clock put back began carries a smaller id than those before it. -#}
{% macro is_unread_load() -%}
    (
        _dlt_load_id >= (select coalesce(max(_dlt_load_id), '') from {{ this }})
        or _dlt_load_id not in (select _dlt_load_id from {{ this }})
    )
{%- endmacro %}

{#- The same with one row a record_key. -#}
{% macro new_payloads_once(relation) -%}
    {{ new_payloads(relation) }}
    {{ "and" if is_incremental() else "where" }} _dlt_id in (
        select max_by(_dlt_id, received_at) from {{ relation }} group by record_key
    )
{%- endmacro %}

{#- The fields of a JSON column, parsed once: one column a field holding its JSON fragment. A field that is missing is an
    SQL null, a null that it carries is a JSON null; `json_text` turns either into an SQL null. A path that starts with `@`
    is relative to the object: below `$.<object>` in a webhook, at the root of what an API returns (`channel` = 'api').

    A path may be followed by its kind, as macros/kinds.sql says; then `problems` and `is_set_aside` follow. -#}
{% macro json_fields(relation, column, fields, keep, object=none, at="'$'") -%}
    {%- if ' ' not in fields.values() | join -%}
    {{ return(json_fragments(relation, column, fields, keep, object)) }}
    {%- endif -%}
    {{ return(checked_fields(relation, column, fields, keep, object, at)) }}
{%- endmacro %}

{#- The same without kinds. Of `parents`, paths of objects, `_misplaced` says which are something else than an object or
    null: it is null where every field `below` them is there, so that few payloads are parsed twice. -#}
{% macro json_fragments(relation, column, fields, keep, object=none, parents=[], below=[]) -%}
    {{ return(adapter.dispatch('json_fragments', 'engops')(relation, column, fields, keep, object, parents, below)) }}
{%- endmacro %}
{% macro duckdb__json_fragments(relation, column, fields, keep, object, parents, below) -%}
    {%- set paths = [] -%}
    {%- for path in fields.values() -%}
        {%- do paths.append(path.replace('@', '$.' ~ object) if path[0] == '@' else path) -%}
    {%- endfor -%}
    {%- for path in fields.values() if path[0] == '@' -%}
        {%- do paths.append(path.replace('@', '$')) -%}
    {%- endfor -%}
    {%- set at_root = namespace(count=fields | length) -%}
    select
        {{ keep | join(', ') }}
        {%- for name, path in fields.items() %},
        {% if path[0] == '@' -%}
        {%- set at_root.count = at_root.count + 1 -%}
        case channel when 'api' then _fields[{{ at_root.count }}] else _fields[{{ loop.index }}] end as {{ name }}
        {%- else -%}
        _fields[{{ loop.index }}] as {{ name }}
        {%- endif %}
        {%- endfor %}
        {%- if parents %},
        case when {% for name in below -%}
            {{ name }} is null{{ " and channel <> 'api'" if object and fields[name][0] == '$' }}{{ ' or ' if not loop.last }}
        {%- endfor %} then list_transform(
            {%- if object %}
            case channel when 'api' then json_type(_payload, ['{{ parents | join("', '") | replace('@', '$') }}']) else {% endif -%}
            json_type(_payload, ['{{ parents | join("', '") | replace('@', '$.' ~ object) }}']){{ ' end' if object }},
            lambda kind: kind not in ('OBJECT', 'NULL')
        ) end as _misplaced
        {%- endif %}
    from (
        select
            {{ keep | join(', ') }},
            {%- if parents %}
            {{ column }} as _payload,
            {%- endif %}
            json_extract({{ column }}, [
                {%- for path in paths %}'{{ path }}'{{ ', ' if not loop.last }}{% endfor -%}
            ]) as _fields
        from {{ relation }}
    )
{%- endmacro %}

{#- The text of the first of several JSON fragments that has one. -#}
{% macro first_text(fields) -%}
    coalesce({% for field in fields %}{{ json_text(field) }}{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}

{#- In a model of objects: the versions that are not set aside; in an incremental one only of objects of which a payload has landed since the last run, with all their versions.
    Load ids alone would not do, since a load that was cut continues under its id; hence `version_count`. -#}
{% macro touched(versions, key) -%}
    where is_set_aside is not true
    {%- if is_incremental() %}
        and {{ key }} in (
            select versions.{{ key }}
            from (
                select {{ key }}, count(*) as version_count, max(_dlt_load_id) as _dlt_load_id
                from {{ versions }}
                where is_set_aside is not true
                group by {{ key }}
            ) as versions
            left join {{ this }} as built on versions.{{ key }} = built.{{ key }}
            where built.{{ key }} is null
                or versions.version_count <> built.version_count
                or versions._dlt_load_id <> built._dlt_load_id
        )
    {%- endif %}
{%- endmacro %}

{#- What orders the versions of an object: the vendor's clock (UTC, so that text sorts as time does), then a rank for states
    that only follow each other, then content; never arrival. A payload without the clock is the oldest. -#}
{% macro version_key(clock, fields, rank="''") -%}
    concat(
        coalesce({{ iso_utc(ts_utc(clock)) }}, '0'), '|', {{ rank }}, '|', {{ content_hash(fields) }}
    )
{%- endmacro %}

{#- The md5 of several JSON fragments; a missing field and a null differ. -#}
{% macro content_hash(fields) -%}
    md5(concat_ws('|'{% for field in fields %}, coalesce(cast({{ field }} as {{ dbt.type_string() }}), ''){% endfor %}))
{%- endmacro %}

{#- A text of seconds since 1970 with a fraction as a UTC timestamp, to the millisecond; null where it is none. -#}
{% macro ts_decimal(seconds) -%}
    {{ ts_millis("(split_part(" ~ seconds ~ ", '.', 1) || substr(split_part(" ~ seconds ~ ", '.', 2) || '000', 1, 3))") }}
{%- endmacro %}

{#- The key of a repository, `<host>/<owner>/<name>`, from any address of it or of what it holds, on the web or the API. -#}
{% macro repository_name(url) -%}
    {%- set address = "regexp_extract(" ~ url ~ ", '^https?://(?:api[.])?([^/]+(?:/api/v3)?(?:/repos)?/[^/?#]+/[^/?#]+)', 1)" -%}
    nullif(lower({{ re_replace(re_replace(address, '(/api/v3)?/repos/', '/'), '[.]git$', '') }}), '')
{%- endmacro %}

{#- The key of a repository from the address that it is cloned from, by https, ssh or in scp's form; without users, ports and
    `.git`. Null for a path on a machine, and for what is no address. -#}
{% macro remote_name(address) -%}
    {%- set parts = "^(?:(?:https?|ssh|git|git[+]ssh)://(?:[^/@]*@)?([^/:@]+)(?::[0-9]+)?/+|(?:[^/@:]+@)?([^/:@$]+[.][^/:@$]+):/*)([^?#:]+)" -%}
    nullif(lower(concat_ws(
        '/',
        nullif(concat(regexp_extract({{ address }}, '{{ parts }}', 1), regexp_extract({{ address }}, '{{ parts }}', 2)), ''),
        nullif({{ re_replace("regexp_extract(" ~ address ~ ", '" ~ parts ~ "', 3)", "([.]git)?/*$", "") }}, '')
    )), '')
{%- endmacro %}

{#- The hash by which a commit is known again after a rebase or cherry-pick: its message without differences in white space. -#}
{% macro message_hash(message) -%}
    md5(trim({{ re_replace(message, '[ \t\r\n]+', ' ') }}))
{%- endmacro %}

{#- The newest value of a field over all versions of an object, as text: a later version that lacks the field does not
    erase it, one that carries null does. Versions order by the vendor's clock, then by content, never by arrival. -#}
{% macro latest(field) -%}
    {{ json_text("max_by(" ~ field ~ ", version_key) filter (where " ~ field ~ " is not null)") }}
{%- endmacro %}

{#- The same as JSON, for an array or an object. -#}
{% macro latest_fragment(field) -%}
    max_by({{ field }}, version_key) filter (where {{ field }} is not null)
{%- endmacro %}

{#- A person's hash. The salt is a session variable set by pipelines/dbt_plugin.py: it is never compiled into SQL. -#}
{% macro actor_key(expression) %}{{ return(adapter.dispatch('actor_key', 'engops')(expression)) }}{% endmacro %}
{% macro duckdb__actor_key(expression) %}md5(getvariable('engops_salt') || lower(trim({{ expression }}))){% endmacro %}
