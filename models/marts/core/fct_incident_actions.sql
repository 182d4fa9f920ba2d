with actions as (
    select * from {{ ref('int_incident_actions') }}
),

links as (
    select * from {{ ref('int_incident_links') }}
)

select
    actions.action_key,
    links.incident_key,
    actions.state,
    actions.created_at,
    actions.due_at,
    actions.completed_at,
    actions.url,
    {{ list_of('actions.record_key') }} as record_keys
from actions
left join links on actions.incident_key = links.report_key
