with reported as (
    {%- for source in ['git', 'github'] %}
    select
        source,
        scope,
        entity,
        channel,
        covered_from,
        covered_until,
        record_key
    from {{ ref('stg_' ~ source ~ '__load_ledger') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from reported
