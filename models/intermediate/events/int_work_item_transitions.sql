with reported as (
    {%- for source in ['github'] %}
    select
        source,
        work_item_key,
        occurred_at,
        kind,
        label,
        actor_key,
        record_key
    from {{ ref('stg_' ~ source ~ '__work_item_transitions') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

work_items as (
    select work_item_key, service_key from {{ ref('int_work_items') }}
)

select
    reported.source,
    reported.work_item_key,
    reported.kind,
    reported.label,
    reported.occurred_at,
    work_items.service_key,
    reported.actor_key,
    cast(null as varchar) as environment,
    reported.kind as outcome,
    reported.work_item_key as join_key,
    reported.record_key
from reported
inner join work_items on reported.work_item_key = work_items.work_item_key
