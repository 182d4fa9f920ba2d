{#- Every source's raw load ledger, found by its name, but those that have a ledger model of their own. -#}
{% set keep = ['source', 'record_key', '_dlt_load_id'] %}
{% set fields = {
    'scope': '$.scope',
    'entity': '$.entity',
    'reader': '$.reader',
    'covered_from': '$.covered_from',
    'covered_until': '$.covered_until',
} %}

with records as (
    {%- for schema in raw_schemas('load_ledger') if 'model.engops.stg_' ~ schema[4:] ~ '__load_ledger' not in graph.nodes %}
    select '{{ schema[4:] }}' as source, record_key, payload, _dlt_load_id
    from {{ schema }}.load_ledger
    where event = 'coverage'
    union all
    {%- endfor %}
    select '' as source, '' as record_key, '{}' as payload, '' as _dlt_load_id
    where 1 = 0
),

fields as (
    {{ json_fields('records', 'payload', fields, keep) }}
),

load_ledger as (
    select
        source,
        {{ json_text('scope') }} as scope,
        {{ json_text('entity') }} as entity,
        -- the backfill says so; who vouches for a folder of recorded deliveries does not
        coalesce({{ json_text('reader') }}, 'file') as channel,
        {{ ts_utc(json_text('covered_from')) }} as covered_from,
        {{ ts_utc(json_text('covered_until')) }} as covered_until,
        record_key,
        _dlt_load_id
    from fields
    qualify row_number() over (partition by source, record_key order by _dlt_load_id) = 1
)

select * from load_ledger
