with issues as (select * from {{ ref("stg_gitlab__issues") }} where type_name = 'incident'),

work_items as (select * from {{ ref("stg_gitlab__work_items") }}),

incidents as (
    select
        'gitlab' as source,
        -- an incident is an issue, and has its key
        work_items.work_item_key as incident_key,
        'incident' as kind,
        cast(work_items.number as {{ dbt.type_string() }}) as number,
        work_items.project_key,
        work_items.repository_key,
        work_items.service_names,
        {{ no_texts() }} as service_aliases,
        work_items.labels,
        work_items.severity_name,
        work_items.priority_name,
        case
            when work_items.state = 'closed' or issues.escalation_status = 'resolved' then 'resolved'
            when issues.escalation_status = 'acknowledged' then 'acknowledged'
            else 'open'
        end as state,
        cast(null as {{ dbt.type_string() }}) as merged_into_key,
        {{ list_unique(list_plus(
            re_all("coalesce(issues.description, '')", "(https?://[^ )>\\]\\r\\n]+)"),
            re_all("coalesce(issues.description, '')", "(?:^|[^0-9a-zA-Z/])([0-9a-f]{40})(?:[^0-9a-zA-Z]|$)")
        )) }} as named_references,
        work_items.cause_references,
        work_items.reopened_count,
        work_items.is_deleted,
        work_items.url,
        work_items.created_at as opened_at,
        issues.acknowledged_at,
        cast(null as timestamp) as mitigated_at,
        case when work_items.state = 'closed' or issues.escalation_status = 'resolved'
            then least(work_items.closed_at, issues.escalation_resolved_at)
        end as resolved_at,
        cast(null as timestamp) as postmortem_at,
        work_items.actor_key,
        work_items.record_key,
        work_items._dlt_load_id
    from issues
    inner join work_items on concat('gitlab:', issues.repository_id, ':issue:', issues.number) = work_items.work_item_key
)

select * from incidents
