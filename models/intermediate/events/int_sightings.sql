with reported as (
    {%- for source in ['github'] %}
    select
        source,
        entity,
        object_key,
        repository_key,
        is_told,
        is_end_told,
        began_at,
        ended_at,
        first_webhook_at,
        last_webhook_at,
        first_api_at,
        record_key
    from {{ ref('stg_' ~ source ~ '__sightings') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from reported
