{#- What every source tells of its own payloads, from its base models. -#}

{#- A whole `stg_<source>__quarantine`: one row a payload and field of it that is missing or of another kind.

    bases: names of base models, or pairs of a name and the SQL of the repository that its payloads are about: its key, or what
    the model `references` leads from to its key (`repository_ref`, `repository_key`). -#}
{% macro told_quarantine(source, bases, references=none) -%}
{%- set keep = ['record_key', 'entity', 'channel', 'event', 'repository_ref', 'is_set_aside', 'received_at', '_dlt_load_id'] -%}
with troubled as (
    {%- for base in bases %}
    {%- set name, repository = (base, 'null') if base is string else base %}
    select
        record_key, '{{ name }}' as entity, channel, event, cast({{ repository }} as {{ dbt.type_string() }}) as repository_ref,
        problems, is_set_aside, received_at, _dlt_load_id
    from {{ ref('base_' ~ source ~ '__' ~ name) }}
    where problems is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

problems as (
    {{ told_problems('troubled', keep) }}
),

quarantine as (
    select
        '{{ source }}' as source,
        'staging' as stage,
        -- ids
        problems.record_key,
        max({{ 'coalesce(named.repository_key, problems.repository_ref)' if references else 'problems.repository_ref' }}) as repository_key,
        -- text: what two models read wrongly is one problem
        min(problems.entity) as entity,
        min(problems.channel) as channel,
        min(problems.event) as event,
        problems.json_path,
        min(problems.reason) as reason,
        -- flags
        bool_or(problems.is_set_aside) as is_set_aside,
        true as is_open,
        -- timestamps
        {{ utc('min(problems.received_at)') }} as received_at,
        -- lineage
        max(problems._dlt_load_id) as _dlt_load_id
    from problems
    {%- if references %}
    left join {{ ref(references) }} as named on problems.repository_ref = named.repository_ref
    {%- endif %}
    group by problems.record_key, problems.json_path
)

select * from quarantine
{%- endmacro %}

{#- A whole `stg_<source>__sightings`: one row an object that webhooks, the API or both reported.

    objects: one dict a base model, in SQL over its columns, all of one payload:
        base, entity (the raw table's name; the base's where it is left out), key, began, ended (null: not yet, or never does),
        repository (its key, or what `references` leads from; where it is left out the whole account, as the ledger's scope says),
        where (which payloads count), reopens (true: what is opened again ends again, so that the newest end counts).
    also: rows of another form as SQL: entity, object_key, repository_ref, channel, began_at, ended_at, received_at, record_key, _dlt_load_id. -#}
{% macro sightings(source, objects, references=none, also=none) -%}
{%- set reopening = [] -%}
{%- for object in objects if object.reopens -%}{%- do reopening.append(object.entity or object.base) -%}{%- endfor -%}
with payloads as (
    {%- for object in objects %}
    select
        '{{ object.entity or object.base }}' as entity, {{ object.key }} as object_key,
        cast({{ object.repository or "'" ~ source ~ "'" }} as {{ dbt.type_string() }}) as repository_ref, channel,
        {{ object.began }} as began_at, cast({{ object.ended or 'null' }} as timestamp) as ended_at,
        received_at, record_key, _dlt_load_id
    from {{ ref('base_' ~ source ~ '__' ~ object.base) }}
    where is_set_aside is not true
        {%- if object.where %}
        and {{ object.where }}
        {%- endif %}
    {{- '\n    union all' if not loop.last or also }}
    {%- endfor %}
    {{ also or '' }}
),

objects as (
    select
        entity,
        object_key,
        min(repository_ref) as repository_ref,
        min(began_at) as began_at,
        {%- if reopening %}
        case when entity in ('{{ reopening | join("', '") }}') then max(ended_at) else min(ended_at) end as ended_at,
        {%- else %}
        min(ended_at) as ended_at,
        {%- endif %}
        max(ended_at) filter (where channel <> 'api') as told_end_at,
        {{ utc("min(received_at) filter (where channel <> 'api')") }} as first_webhook_at,
        {{ utc("max(received_at) filter (where channel <> 'api')") }} as last_webhook_at,
        {{ utc("min(received_at) filter (where channel = 'api')") }} as first_api_at,
        {{ utc("max(received_at) filter (where channel = 'api')") }} as last_api_at,
        coalesce(max(record_key) filter (where channel = 'api'), max(record_key)) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from payloads
    group by entity, object_key
),

sightings as (
    select
        '{{ source }}' as source,
        -- ids
        objects.entity,
        objects.object_key,
        {{ 'named.repository_key' if references else 'objects.repository_ref as repository_key' }},
        -- flags
        objects.first_webhook_at is not null as is_told,
        coalesce(objects.told_end_at >= objects.ended_at, false) as is_end_told,
        -- timestamps
        objects.began_at,
        objects.ended_at,
        objects.first_webhook_at,
        objects.last_webhook_at,
        objects.first_api_at,
        objects.last_api_at,
        -- lineage
        objects.record_key,
        objects._dlt_load_id
    from objects
    {%- if references %}
    inner join {{ ref(references) }} as named on objects.repository_ref = named.repository_ref
    {%- endif %}
)

select * from sightings
{%- endmacro %}

{#- A whole `base_<source>__files`: one row a version of a file, of a source whose changed file replaces what it said before. -#}
{% macro files_told(tool) -%}
{%- set keep = ['record_key', 'channel', 'event', 'received_at', '_dlt_load_id'] -%}
with payloads as (
    {{ new_payloads_once(source('raw_' ~ tool, 'files')) }}
),

fields as (
    {{ json_fields('payloads', 'payload', {'file': '$.file name!', 'seen_at': '$.seen_at time!'}, keep) }}
)

select
    record_key, channel, event, received_at, _dlt_load_id, problems, is_set_aside,
    {{ json_text('file') }} as file_name,
    {{ ts_utc(json_text('seen_at')) }} as seen_at
from fields
{%- endmacro %}

{#- The newest version of each file of a source; what an older one said is said no more. -#}
{% macro newest_files(tool) -%}
    select file_name, max(seen_at) as seen_at
    from {{ ref('base_' ~ tool ~ '__files') }}
    where not is_set_aside
    group by file_name
{%- endmacro %}
