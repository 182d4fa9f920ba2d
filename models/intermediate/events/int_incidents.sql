-- One row an incident and service that it hit.
with work_items as (
    select * from {{ ref('int_work_items') }}
),

incident_rules as (
    select * from {{ ref('incident_rules') }}
),

services as (
    select service_key from {{ ref('int_services') }}
),

-- the one service of a repository, or of its root where folders belong to others
repository_services as (
    select
        repository_key,
        coalesce(min(case when path_prefix = '' then service_key end), min(service_key)) as service_key
    from {{ ref('int_service_repositories') }}
    group by repository_key
    having count(distinct service_key) = 1 or count(distinct case when path_prefix = '' then service_key end) = 1
),

labels as (
    select work_items.work_item_key, work_items.repository_key, _label.label
    from work_items, {{ explode('work_items.labels', 'label') }}
),

matched as (
    select
        labels.work_item_key,
        min_by(incident_rules.severity, incident_rules.rule_key) as severity,
        bool_or(incident_rules.counts_for_restore) as counts_for_restore
    from labels
    inner join incident_rules
        on labels.repository_key = coalesce(lower(incident_rules.repository_key), labels.repository_key)
    where {{ re_match('labels.label', 'incident_rules.label_pattern') }}
    group by labels.work_item_key
),

named_services as (
    select work_items.work_item_key, services.service_key
    from work_items, {{ explode('work_items.service_names', 'service_name') }}
    inner join services on lower(_service_name.service_name) = lower(services.service_key)
),

hit as (
    select
        work_items.*,
        matched.severity,
        matched.counts_for_restore,
        -- its repository stands in where it names no service that is known
        coalesce(
            named_services.service_key,
            repository_services.service_key,
            work_items.repository_key
        ) as hit_service_key
    from work_items
    inner join matched on work_items.work_item_key = matched.work_item_key
    left join named_services on work_items.work_item_key = named_services.work_item_key
    left join repository_services on work_items.repository_key = repository_services.repository_key
)

select
    source,
    work_item_key as incident_key,
    repository_key,
    coalesce(severity, severity_name) as severity,
    counts_for_restore,
    cause_references,
    created_at as opened_at,
    cast(null as timestamp) as acknowledged_at,
    closed_at as resolved_at,
    url,
    created_at as occurred_at,
    hit_service_key as service_key,
    actor_key,
    'production' as environment,
    case when closed_at is null then 'open' else 'resolved' end as outcome,
    work_item_key as join_key,
    record_key
from hit
