with reported as (
    {%- for source in ['github'] %}
    select
        source,
        review_key,
        change_key,
        repository_key,
        submitted_at,
        kind,
        actor_key,
        is_bot,
        record_key
    from {{ ref('stg_' ~ source ~ '__reviews') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    source,
    review_key,
    change_key,
    repository_key,
    kind,
    is_bot,
    submitted_at,
    submitted_at as occurred_at,
    repository_key as service_key,
    actor_key,
    cast(null as varchar) as environment,
    kind as outcome,
    change_key as join_key,
    record_key
from reported
