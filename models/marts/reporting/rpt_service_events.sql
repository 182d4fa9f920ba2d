with deployments as (
    select * from {{ ref('fct_deployments') }}
    where is_production and finished_at is not null
),

incidents as (
    select * from {{ ref('fct_incidents') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
    where segment_type = 'service'
),

events as (
    select
        service_key,
        deployment_key as event_key,
        'deployment' as event_kind,
        finished_at as occurred_at,
        case
            when outcome = 'failure' then 'failed'
            when has_failed then 'deployed, then failed: ' || replace({{ list_text('failure_evidence') }}, '_', ' ')
            when is_rollback then 'rolled back'
            else 'deployed'
        end as outcome_text,
        case
            when has_failed and restored_at is null then 'not restored yet'
            when has_failed then 'restored after ' || {{ human_duration(seconds_between('failed_at', 'restored_at')) }}
            when change_count = 1 then '1 change'
            else cast(coalesce(change_count, 0) as {{ dbt.type_string() }}) || ' changes'
        end as detail_text,
        url,
        coalesce(has_failed, false) as needs_attention
    from deployments
    union all
    select
        service_key,
        incident_key as event_key,
        'incident' as event_kind,
        opened_at as occurred_at,
        coalesce(severity, 'no severity') as outcome_text,
        case
            when restored_at is null then 'not restored yet'
            else 'restored after ' || {{ human_duration(seconds_between('opened_at', 'restored_at')) }}
        end as detail_text,
        url,
        restored_at is null as needs_attention
    from incidents
),

numbered_events as (
    select
        *,
        row_number() over (
            partition by service_key, event_kind
            order by occurred_at desc nulls last, event_key asc
        ) as event_order
    from events
),

service_events as (
    select
        -- ids
        numbered_events.event_kind || ':' || numbered_events.event_key || ':' || numbered_events.service_key
            as service_event_key,
        segments.segment_slug as service_slug,
        -- text
        numbered_events.event_kind,
        {{ minute_text('numbered_events.occurred_at') }} as occurred_at,
        numbered_events.outcome_text,
        numbered_events.detail_text,
        {{ safe_url('numbered_events.url') }} as url,
        -- numbers
        numbered_events.event_order,
        -- booleans
        numbered_events.needs_attention
    from numbered_events
    inner join segments
        on numbered_events.service_key = segments.segment_key
    where numbered_events.event_order <= 25
)

select * from service_events
