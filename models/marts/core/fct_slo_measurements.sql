with measurements as (
    select * from {{ ref('int_slo_measurements') }}
),

slos as (
    select * from {{ ref('dim_slos') }}
)

select
    measurements.measurement_key,
    measurements.slo_key,
    slos.service_key,
    measurements.started_at,
    measurements.ended_at,
    measurements.good_count,
    measurements.total_count,
    coalesce(measurements.ratio, measurements.good_count / nullif(measurements.total_count, 0)) as ratio,
    {{ list_of('measurements.record_key') }} as record_keys
from measurements
inner join slos on measurements.slo_key = slos.slo_key
