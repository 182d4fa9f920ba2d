select
    source,
    service_name as told_service_name,
    service_key,
    is_mapped
from {{ ref('int_service_names') }}
