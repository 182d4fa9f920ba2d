-- a day that was asked for again counts as it was told last
with days as (
    select *
    from {{ ref("base_datadog__slo_history") }}
    where is_set_aside is not true
    qualify row_number() over (partition by slo_id, began_at, ended_at order by received_at desc, record_key) = 1
),

slos as (select slo_key, regexp_extract(slo_key, '^(.*):[^:]*$', 1) as slo_id from {{ ref("stg_datadog__slos") }}),

stamps as (
    select record_key, position, try_cast({{ json_text("stamp") }} as double) as stamp
    from days, {{ explode_numbered(json_list("times"), "stamp", "position") }}
),

goods as (
    select record_key, position, try_cast({{ json_text("good_value") }} as double) as good_count
    from days, {{ explode_numbered(json_list("good"), "good_value", "position") }}
),

totals as (
    select record_key, position, try_cast({{ json_text("total_value") }} as double) as total_count
    from days, {{ explode_numbered(json_list("total"), "total_value", "position") }}
),

-- a step that began the day before is the day before's
counted as (
    select
        days.record_key,
        {{ ts_millis("stamps.stamp") }} as started_at,
        {{ dbt.dateadd("second", "days.step", ts_millis("stamps.stamp")) }} as ended_at,
        goods.good_count,
        totals.total_count
    from days
    inner join stamps on days.record_key = stamps.record_key
    left join goods on stamps.record_key = goods.record_key and stamps.position = goods.position
    left join totals on stamps.record_key = totals.record_key and stamps.position = totals.position
    where {{ ts_millis("stamps.stamp") }} >= days.began_at and {{ ts_millis("stamps.stamp") }} < days.ended_at and days.step > 0
),

states as (
    select
        days.record_key,
        days.began_at,
        days.ended_at as day_ended_at,
        {{ json_at("state", "$[1]") }} as state,
        greatest({{ ts_epoch("try_cast(" ~ json_at("state", "$[0]") ~ " as double)") }}, days.began_at) as started_at
    from days, {{ explode(json_list("history"), "state") }}
),

-- seconds up of seconds known; the next change ends a state
lasted as (
    select
        *,
        lead(started_at, 1, day_ended_at) over (partition by record_key order by started_at) as ended_at
    from states
),

measured as (
    select record_key, started_at, ended_at, good_count, total_count
    from counted
    union all
    select
        record_key,
        started_at,
        ended_at,
        case when try_cast(state as double) = 0 then {{ seconds_between("started_at", "ended_at") }} else 0 end,
        {{ seconds_between("started_at", "ended_at") }}
    from lasted
    where try_cast(state as double) in (0, 1) and ended_at > started_at
)

select
    'datadog' as source,
    concat(slos.slo_key, ':', {{ iso_utc("measured.started_at") }}) as measurement_key,
    slos.slo_key,
    measured.started_at,
    measured.ended_at,
    measured.good_count,
    measured.total_count,
    measured.good_count / nullif(measured.total_count, 0) as ratio,
    -- lineage
    days.record_key,
    days._dlt_load_id
from measured
inner join days on measured.record_key = days.record_key
inner join slos on days.slo_id = slos.slo_id
