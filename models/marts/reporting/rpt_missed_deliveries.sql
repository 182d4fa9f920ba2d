{% set weeks_shown = 6 %}

with reconciliation as (
    select * from {{ ref('fct_reconciliation') }}
    where missed_count > 0 or end_missed_count > 0
),

repositories as (
    select * from {{ ref('rpt_webhook_repositories') }}
),

missed as (
    select
        missed_deliveries.*,
        {{ day_text("date_trunc('week', " ~ in_zone('missed_deliveries.missed_at', 'as_of.reporting_time_zone') ~ ")") }} as week_start
    from {{ ref('fct_missed_deliveries') }} as missed_deliveries
    cross join {{ ref('dim_as_of') }} as as_of
),

weeks as (
    select
        source,
        repository_key,
        entity,
        week_start,
        count(*) as object_count,
        max(missed_at) as last_missed_at,
        row_number() over (partition by source, repository_key, entity order by week_start desc) as week_rank
    from missed
    group by source, repository_key, entity, week_start
),

told as (
    select
        source,
        repository_key,
        entity,
        {{ list_text(agg_sorted(
            "case when week_rank <= " ~ weeks_shown ~ " then week_start || ' (' || " ~ whole('object_count') ~ " || ')' end"
        )) }} as weeks_text,
        cast(coalesce(sum(object_count) filter (where week_rank > {{ weeks_shown }}), 0) as bigint) as earlier_count,
        max(last_missed_at) as last_missed_at
    from weeks
    group by source, repository_key, entity
)

select
    -- ids
    reconciliation.source,
    reconciliation.repository_key,
    -- text
    repositories.services_text,
    replace(reconciliation.entity, '_', ' ') as entity_text,
    case
        when reconciliation.due_count > 0
            then {{ tenths('100.0 * reconciliation.missed_count / reconciliation.due_count') }} || ' %'
    end as missed_text,
    case
        when reconciliation.end_due_count > 0
            then {{ tenths('100.0 * reconciliation.end_missed_count / reconciliation.end_due_count') }} || ' %'
    end as end_missed_text,
    case
        when told.earlier_count > 0 then {{ whole('told.earlier_count') }} || ' earlier, ' || told.weeks_text
        else told.weeks_text
    end as weeks_text,
    {{ minute_text('told.last_missed_at') }} as last_missed_text,
    -- numbers
    reconciliation.due_count,
    reconciliation.missed_count,
    reconciliation.end_due_count,
    reconciliation.end_missed_count
from reconciliation
left join repositories
    on reconciliation.source = repositories.source
    and reconciliation.repository_key = repositories.repository_key
left join told
    on reconciliation.source = told.source
    and reconciliation.repository_key = told.repository_key
    and reconciliation.entity = told.entity
