-- The moment that everything is measured from: the newest event that is not later than the newest arrival, so that one future-dated event cannot move it.
with loads as (
    select max(covered_until) as arrived_at from {{ ref('int_load_ledger') }}
    union all
    -- payloads that nobody vouches for have arrived as well
    select max(arrived_at) as arrived_at from {{ ref('stg_any__loads') }}
),

arrivals as (
    select max(arrived_at) as arrived_at from loads
),

events as (
    {%- for entity in [
        'commits', 'change_requests', 'reviews', 'builds', 'deployments', 'work_items', 'work_item_transitions', 'incident_reports', 'incident_events',
        'slo_measurements', 'survey_responses', 'measurements', 'vulnerabilities'
    ] %}
    select max(events.occurred_at) as occurred_at
    from {{ ref('int_' ~ entity) }} as events
    cross join arrivals
    where events.occurred_at <= arrivals.arrived_at
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    {% if var('as_of') %}cast('{{ var("as_of") }}' as timestamp){% else %}max(occurred_at){% endif %} as as_of
from events
