with slos as (
    select * from {{ ref('int_slos') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
)

select
    slos.slo_key,
    slos.source,
    service_names.service_key,
    slos.service_name as told_service_name,
    slos.name,
    slos.objective,
    slos.window_kind,
    slos.window_days,
    slos.calendar_unit,
    slos.budgeting_method,
    slos.starts_at,
    slos.url,
    {{ list_of('slos.record_key') }} as record_keys
from slos
left join service_names on slos.source = service_names.source and slos.service_name = service_names.service_name
