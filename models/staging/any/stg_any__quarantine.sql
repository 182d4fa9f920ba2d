{#- Every source's raw quarantine, found by its name: what a source sends is kept from the day it is received, its models may
    come later. One model for all, since a model a source would cost 0.1 s of each build. -#}
{% set keep = ["source", "record_key", "channel", "event", "received_at", "_dlt_load_id"] %}

with records as (
    {%- for schema in raw_schemas('quarantine') %}
    select '{{ schema[4:] }}' as source, record_key, channel, event, received_at, payload, _dlt_load_id
    from {{ schema }}.quarantine
    union all
    {%- endfor %}
    select '' as source, '' as record_key, '' as channel, '' as event, null as received_at, '{}' as payload, '' as _dlt_load_id
    where 1 = 0
),

fields as (
    {{ json_fields('records', 'payload', {'path': '$.path', 'reason': '$.reason'}, keep) }}
),

told as (
    select
        source,
        record_key,
        max(case when event = 'released' then 1 else 0 end) over (partition by source, record_key) = 0 as is_open,
        channel,
        event,
        coalesce({{ json_text('path') }}, '$') as json_path,
        -- what follows the colon may be a piece of what was sent
        coalesce(nullif(trim(split_part({{ json_text('reason') }}, ':', 1)), ''), 'unknown') as reason,
        {{ utc('received_at') }} as received_at,
        _dlt_load_id
    from fields
),

deliveries as (
    select
        source,
        'landing' as stage,
        -- ids
        record_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        -- text
        'quarantine' as entity,
        min(channel) as channel,
        -- before deliveries carried their event, this stood in its place
        min(case when event = 'quarantine' then 'unknown' else event end) as event,
        json_path,
        min(reason) as reason,
        -- flags
        true as is_set_aside,
        bool_and(is_open) as is_open,
        -- timestamps
        min(received_at) as received_at,
        -- lineage
        max(_dlt_load_id) as _dlt_load_id
    from told
    where event <> 'released'
    group by source, record_key, json_path
)

select * from deliveries
