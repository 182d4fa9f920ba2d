{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='record_key', on_schema_change='append_new_columns') }}

with arrived as (
    {{ new_payloads(source('raw_git', 'load_ledger')) }}
),

fragments as (
    {{ json_fields(
        'arrived',
        'payload',
        {
            'scope': '$.scope',
            'entity': '$.entity',
            'covered_from': '$.covered_from',
            'covered_until': '$.covered_until',
        },
        keep=['record_key', '_dlt_load_id'],
    ) }}
),

intervals as (
    select
        -- keys
        'git' as source,
        {{ json_text('scope') }} as scope,
        {{ json_text('entity') }} as entity,
        'file' as channel,
        -- timestamps
        {{ ts_utc(json_text('covered_from')) }} as covered_from,
        {{ ts_utc(json_text('covered_until')) }} as covered_until,
        -- lineage
        record_key,
        _dlt_load_id
    from fragments
    -- an interrupted load may have appended it twice
    qualify row_number() over (partition by record_key order by _dlt_load_id) = 1
)

select * from intervals
