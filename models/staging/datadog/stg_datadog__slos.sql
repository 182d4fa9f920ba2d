with versions as (select * from {{ ref("base_datadog__slos") }} where is_set_aside is not true),

slos as (
    select
        slo_id,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id,
        {{ latest("name") }} as name,
        {{ latest("type") }} as type,
        {{ latest_fragment("tags") }} as tags,
        {{ latest_fragment("thresholds") }} as thresholds,
        max_by(event, version_key) = 'slos.gone' as is_gone
    from versions
    group by slo_id
),

services as (
    select slo_id, min(substr(tag, 9)) as service_name
    from slos, {{ explode(json_texts("tags", "$[*]"), "tag") }}
    where tag like 'service:%'
    group by slo_id
),

objectives as (
    select
        slos.*,
        {{ json_at("threshold", "$.timeframe") }} as timeframe,
        round(try_cast({{ json_at("threshold", "$.target") }} as double) / 100, 12) as target
    from slos, {{ explode(json_list("thresholds"), "threshold") }}
)

select
    'datadog' as source,
    -- ids: each time frame is an objective of its own
    concat(objectives.slo_id, ':', objectives.timeframe) as slo_key,
    -- text
    coalesce(services.service_name, objectives.name, objectives.slo_id) as service_name,
    coalesce(objectives.name, objectives.slo_id) as name,
    -- numbers
    objectives.target as objective,
    'rolling' as window_kind,
    try_cast({{ re_group("objectives.timeframe", "'^([0-9]+)d$'") }} as double) as window_days,
    cast(null as {{ dbt.type_string() }}) as calendar_unit,
    case objectives.type when 'metric' then 'Occurrences' else 'Timeslices' end as budgeting_method,
    cast(null as timestamp) as starts_at,
    -- flags
    objectives.is_gone as is_deleted,
    cast(null as {{ dbt.type_string() }}) as url,
    -- lineage
    objectives.record_key,
    objectives._dlt_load_id
from objectives
left join services on objectives.slo_id = services.slo_id
where objectives.target between 0 and 1 and objectives.timeframe is not null
qualify row_number() over (partition by objectives.slo_id, objectives.timeframe order by objectives.target desc) = 1
