with quarantine as (
    select * from {{ ref('int_quarantine') }}
),

service_repositories as (
    select * from {{ ref('int_service_repositories') }}
),

-- what is wrong with a payload is not told by paths: a repository of several services is nobody's alone
owners as (
    select
        repository_key,
        min(service_key) as service_key
    from service_repositories
    group by repository_key
    having count(distinct service_key) = 1
)

select
    quarantine.source,
    quarantine.stage,
    quarantine.record_key,
    quarantine.json_path,
    quarantine.entity,
    quarantine.channel,
    quarantine.event,
    quarantine.repository_key,
    owners.service_key,
    quarantine.reason,
    quarantine.is_set_aside,
    quarantine.is_open,
    quarantine.received_at,
    {{ list_of('quarantine.record_key') }} as record_keys
from quarantine
left join owners on quarantine.repository_key = owners.repository_key
