select
    deployment_key,
    service_key,
    evidence,
    evidence_key,
    link_method,
    occurred_at,
    recovered_at
from {{ ref('int_deployment_failures') }}
