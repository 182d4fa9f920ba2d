{%- set groups = ["service", "environment", "commit_ref", "version", "repository", "number", "severity", "url"] -%}
with versions as (select * from {{ ref("base_slack__messages") }} where is_set_aside is not true),

-- what an edit or a deletion took away is no fact any more
messages as (
    select
        message_key,
        max_by(coalesce(fact_kind, ''), version_key) filter (where not is_deletion) as fact_kind,
        min(posted_at) as posted_at,
        min(channel_key) as channel_key,
        min(thread_key) as thread_key
    from versions
    group by message_key
    having not bool_or(is_deletion) and max_by(coalesce(fact_kind, ''), version_key) filter (where not is_deletion) <> ''
),

facts as (
    select
        message_key,
        fact_kind,
        {%- for name in groups %}
        max_by({{ name }}, version_key) filter (where {{ name }} is not null) as {{ name }},
        {%- endfor %}
        max_by(author, version_key) filter (where author is not null) as author,
        min(written_at) as told_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    where fact_kind is not null
    group by message_key, fact_kind
),

-- which incident it is about, where it is about one: its channel's, the one of its number, its thread's
numbered as (
    select lower(number) as number, min(channel_key) as channel_key
    from {{ ref("base_slack__channels") }}
    where is_set_aside is not true and fact_kind is not null and number is not null
    group by lower(number)
),

incident_channels as (
    select distinct channel_key
    from {{ ref("base_slack__channels") }}
    where is_set_aside is not true and fact_kind is not null
)

select
    -- ids
    facts.message_key,
    case
        when incident_channels.channel_key is not null then incident_channels.channel_key
        when numbered.channel_key is not null then numbered.channel_key
        when facts.number is not null then concat('slack:incident:', lower(facts.number))
        else messages.thread_key
    end as incident_key,
    -- text
    facts.fact_kind,
    {%- for name in groups %}
    facts.{{ name }},
    {%- endfor %}
    facts.author,
    -- flags
    facts.fact_kind = messages.fact_kind as is_current,
    -- timestamps
    messages.posted_at,
    facts.told_at,
    -- lineage
    facts.record_key,
    facts._dlt_load_id
from facts
inner join messages on facts.message_key = messages.message_key
left join incident_channels on messages.channel_key = incident_channels.channel_key
left join numbered on lower(facts.number) = numbered.number
