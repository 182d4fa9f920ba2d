-- One row an incident and service that it hit; an incident may have several reports, of which the main one names it and ends it.
with reports as (
    select
        reports.*,
        links.incident_key,
        reports.report_key = links.incident_key as is_main,
        coalesce(reports.severity_name, reports.priority_name) as told_severity
    from {{ ref('int_incident_reports') }} as reports
    inner join {{ ref('int_incident_links') }} as links on reports.report_key = links.report_key
),

incident_services as (
    select * from {{ ref('int_incident_services') }}
),

severities as (
    select source, name_pattern, severity, counts_for_restore, 0 as rank_of_origin from {{ ref('severities') }}
    union all
    select source, name_pattern, severity, counts_for_restore, 1 as rank_of_origin from {{ ref('default_severities') }}
),

-- the company's rows go before the shipped ones, a source's own before those of all
mapped as (
    select told.source, told.told_severity, severities.severity, severities.counts_for_restore
    from (select distinct source, told_severity from reports where told_severity is not null) as told
    inner join severities
        on told.source = coalesce(lower(severities.source), told.source)
        and {{ re_match('told.told_severity', 'severities.name_pattern') }}
    qualify row_number() over (
        partition by told.source, told.told_severity
        order by
            severities.rank_of_origin, severities.source is null, length(severities.name_pattern) desc, severities.name_pattern
    ) = 1
),

causes as (
    select reports.incident_key, {{ agg_sorted('_cause.cause') }} as cause_references
    from reports, {{ explode('reports.cause_references', 'cause') }}
    group by reports.incident_key
),

whole as (
    select
        reports.incident_key,
        min(reports.opened_at) as opened_at,
        min(reports.acknowledged_at) as acknowledged_at,
        min(reports.mitigated_at) as mitigated_at,
        min(reports.postmortem_at) as postmortem_at,
        max(reports.reopened_count) as reopened_count,
        bool_or(reports.is_ruled) as is_ruled,
        bool_or(reports.rule_counts_for_restore) as rule_counts_for_restore,
        min_by(reports.rule_severity, reports.report_key) as rule_severity,
        -- as the main report says, else as another does
        min_by(mapped.severity, (not reports.is_main, reports.report_key)) as mapped_severity,
        min_by(mapped.counts_for_restore, (not reports.is_main, reports.report_key)) as mapped_counts_for_restore,
        min_by(reports.told_severity, (not reports.is_main, reports.report_key)) as told_severity,
        min_by(reports.repository_key, (not reports.is_main, reports.report_key)) as repository_key,
        {{ agg_sorted('reports.report_key') }} as report_keys,
        {{ agg_sorted('reports.record_key') }} as record_keys
    from reports
    left join mapped on reports.source = mapped.source and reports.told_severity = mapped.told_severity
    group by reports.incident_key
),

incidents as (
    select
        mains.source,
        whole.*,
        mains.kind,
        mains.state,
        mains.url,
        mains.actor_key,
        mains.record_key,
        -- what was opened again has not ended
        case when mains.state not in ('open', 'acknowledged', 'mitigated') then mains.resolved_at end as resolved_at,
        case when mains.state not in ('open', 'acknowledged') then coalesce(mains.mitigated_at, whole.mitigated_at) end as eased_at
    from whole
    inner join reports as mains on whole.incident_key = mains.report_key
    -- a machine's alert alone is no incident until a rule says so
    where mains.kind <> 'alert' or whole.is_ruled
)

select
    incidents.source,
    incidents.incident_key,
    incidents.kind,
    incidents.state,
    incidents.repository_key,
    coalesce(incidents.rule_severity, incidents.mapped_severity, incidents.told_severity) as severity,
    coalesce(incidents.rule_counts_for_restore, incidents.mapped_counts_for_restore, true) as counts_for_restore,
    coalesce(causes.cause_references, {{ no_texts() }}) as cause_references,
    incidents.reopened_count,
    incidents.opened_at,
    incidents.acknowledged_at,
    incidents.eased_at as mitigated_at,
    incidents.resolved_at,
    least(incidents.eased_at, incidents.resolved_at) as restored_at,
    incidents.postmortem_at,
    incidents.url,
    incidents.report_keys,
    incidents.record_keys,
    incidents.opened_at as occurred_at,
    incident_services.service_key,
    incidents.actor_key,
    'production' as environment,
    case when incidents.resolved_at is null then 'open' else 'resolved' end as outcome,
    incidents.incident_key as join_key,
    incidents.record_key
from incidents
inner join incident_services on incidents.incident_key = incident_services.incident_key
left join causes on incidents.incident_key = causes.incident_key
