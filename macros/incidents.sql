{#- What staging makes of incidents, whichever tool tells them: what their texts name and blame, and what their events come to. -#}

{#- The addresses and full SHAs in a text, as a list; empty where the text is null or names none. -#}
{% macro references_in(text) -%}
    {%- set plain = "coalesce(" ~ text ~ ", '')" -%}
    {{ list_plus(
        re_all(plain, "https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]*[A-Za-z0-9/_=&%#~+-]", 0),
        re_all(plain, "(?:^|[^0-9a-fA-F])([0-9a-fA-F]{40})(?:[^0-9a-fA-F]|$)")
    ) }}
{%- endmacro %}

{#- What follows `caused by:` in a text, to the end of the sentence or line, as a list; empty where nothing does. -#}
{% macro causes_in(text) -%}
    {{ re_all("coalesce(" ~ text ~ ", '')", "(?i)(?:^|[^a-z])caused by[ *_]*:[ *_]*([^\r\n]+?)(?:[.;] |[\r\n]|$)") }}
{%- endmacro %}

{#- What the texts of a relation (`text`) name, one row an incident of it: `named_references`. -#}
{% macro named_by(relation) -%}
    select incident_key, {{ agg_sorted("reference") }} as named_references
    from {{ relation }}, {{ explode(references_in("text"), "reference") }}
    group by incident_key
{%- endmacro %}

{#- What the notes of a relation blame, one row an incident of it: `cause_references`. -#}
{% macro blamed_by(relation, note="note") -%}
    select incident_key, {{ agg_sorted("rtrim(cause, '.')") }} as cause_references
    from (
        select incident_key, line
        from {{ relation }}, {{ explode(causes_in(note), "line") }}
    ), {{ explode(re_all("line", "([^ ,;()]+)"), "cause") }}
    group by incident_key
{%- endmacro %}

{#- What the events of incidents come to, one row an incident. One that was opened again is acknowledged again: the first time counts. -#}
{% macro happened_by(events) -%}
    select
        incident_key,
        min(occurred_at) filter (where kind = 'acknowledged') as acknowledged_at,
        min(occurred_at) filter (where kind = 'mitigated') as mitigated_at,
        max(occurred_at) filter (where kind in ('resolved', 'merged')) as ended_at,
        min(occurred_at) filter (where kind = 'postmortem_published') as postmortem_at,
        count(*) filter (where kind = 'reopened') as reopened_count,
        min_by(actor_key, occurred_at) filter (where kind = 'opened') as actor_key
    from {{ events }}
    group by incident_key
{%- endmacro %}
