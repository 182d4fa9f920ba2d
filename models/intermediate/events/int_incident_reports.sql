{% set shared = [
    'source', 'project_key', 'repository_key', 'service_names', 'labels', 'severity_name', 'priority_name', 'cause_references', 'reopened_count', 'url',
    'actor_key', 'record_key'
] -%}
{%- set own = [
    'incident_key', 'kind', 'number', 'state', 'merged_into_key', 'named_references', 'opened_at', 'acknowledged_at', 'mitigated_at', 'resolved_at',
    'postmortem_at', 'service_aliases'
] -%}

-- What incident tools tell, and issues that a rule makes an incident; which of them are one, says int_incident_links.
with reported as (
    select *
    from (
        {{ union_of('incidents', [
            'incident_io',
            'gitlab',
            'opsgenie',
            'pagerduty',
            'servicenow',
            'generic',
            'prometheus',
            'cdevents',
            'datadog',
            'grafana',
            'slack',
        ]) }}
    )
    where not is_deleted
),

work_items as (select * from {{ ref('int_work_items') }}),

incident_rules as (select * from {{ ref('incident_rules') }}),

-- a rule's pattern is held against each label, and against the type
marks as (
    select work_item_key as report_key, repository_key, project_key, _label.label as mark
    from work_items, {{ explode('work_items.labels', 'label') }}
    union
    select work_item_key as report_key, repository_key, project_key, type_name as mark
    from work_items
    where type_name is not null
    union
    select incident_key as report_key, repository_key, project_key, _label.label as mark
    from reported, {{ explode('reported.labels', 'label') }}
),

matched as (
    select
        marks.report_key,
        min_by(incident_rules.severity, incident_rules.rule_key) as severity,
        bool_or(incident_rules.counts_for_restore) as counts_for_restore
    from marks
    inner join incident_rules
        on incident_rules.repository_key is null
        or lower(incident_rules.repository_key) in (marks.repository_key, marks.project_key)
    where {{ re_match('marks.mark', 'incident_rules.label_pattern') }}
    group by marks.report_key
),

issues as (
    select
        {%- for column in shared %}
        work_items.{{ column }},
        {%- endfor %}
        work_items.work_item_key as incident_key,
        'ticket' as kind,
        cast(work_items.number as varchar) as number,
        case when work_items.closed_at is null then 'open' else 'resolved' end as state,
        cast(null as varchar) as merged_into_key,
        {{ no_texts() }} as named_references,
        work_items.created_at as opened_at,
        cast(null as timestamp) as acknowledged_at,
        cast(null as timestamp) as mitigated_at,
        work_items.closed_at as resolved_at,
        cast(null as timestamp) as postmortem_at,
        {{ no_texts() }} as service_aliases
    from work_items
    inner join matched on work_items.work_item_key = matched.report_key
    -- an incident tool of the same source tells it better
    where work_items.work_item_key not in (select incident_key from reported)
),

reports as (
    select {{ (shared + own) | join(', ') }} from reported
    union all
    select {{ (shared + own) | join(', ') }} from issues
)

select
    {%- for column in shared + own if column != 'incident_key' %}
    reports.{{ column }},
    {%- endfor %}
    reports.incident_key as report_key,
    matched.report_key is not null as is_ruled,
    matched.severity as rule_severity,
    matched.counts_for_restore as rule_counts_for_restore,
    reports.opened_at as occurred_at,
    coalesce(reports.repository_key, reports.project_key) as service_key,
    'production' as environment,
    reports.state as outcome,
    reports.incident_key as join_key
from reports
left join matched on reports.incident_key = matched.report_key
