with versions as (select * from {{ ref("base_prometheus__slos") }} where is_set_aside is not true),

numbered as (
    select
        versions.*,
        version_key = max(version_key) over (partition by slo_key) as is_newest,
        position,
        {{ json_size("objectives") }} as objective_count,
        {{ json_at("objective", "$.displayName") }} as objective_name,
        coalesce(
            try_cast({{ json_at("objective", "$.target") }} as double),
            round(try_cast({{ json_at("objective", "$.targetPercent") }} as double) / 100, 12)
        ) as objective_target,
        try_cast({{ re_group("duration", "'^([0-9]+)'") }} as double) as length,
        {{ re_group("duration", "'([a-zA-Z])$'") }} as unit
    from versions, {{ explode_numbered(json_list("objectives"), "objective", "position") }}
),

-- of several objectives the first has the SLO's own key
objectives as (
    select
        *,
        concat(slo_key, case when position > 1 then concat(':', cast(position as {{ dbt.type_string() }})) else '' end) as objective_key
    from numbered
    qualify row_number() over (partition by slo_key, position order by version_key desc, record_key) = 1
),

slos as (
    select
        'prometheus' as source,
        -- ids
        objective_key as slo_key,
        -- text
        service_name,
        case when objective_count > 1 and objective_name is not null then concat(name, ': ', objective_name) else name end as name,
        -- numbers
        objective_target as objective,
        case when duration is null or is_rolling then 'rolling' else 'calendar' end as window_kind,
        case
            when is_rolling then length * case unit
                when 'm' then 1.0 / 1440 when 'h' then 1.0 / 24 when 'd' then 1 when 'w' then 7 when 'M' then 30 when 'Q' then 91 when 'Y' then 365
            end
        end as window_days,
        case
            when is_rolling or length is null then null
            when unit = 'w' and length = 1 or unit = 'd' and length = 7 then 'week'
            when unit = 'M' and length = 1 then 'month'
            when unit = 'Q' and length = 1 or unit = 'M' and length = 3 then 'quarter'
            when unit = 'Y' and length = 1 or unit = 'M' and length = 12 then 'year'
        end as calendar_unit,
        coalesce(budgeting_method, 'Occurrences') as budgeting_method,
        starts_at,
        -- flags: an objective may go while its SLO stays
        event = 'slo.gone' or not is_newest as is_deleted,
        cast(null as {{ dbt.type_string() }}) as url,
        -- lineage
        record_key,
        _dlt_load_id
    from objectives
)

select * from slos
