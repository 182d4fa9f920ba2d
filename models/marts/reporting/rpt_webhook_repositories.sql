with reconciliation as (
    select *, replace(entity, '_', ' ') as entity_text
    from {{ ref('fct_reconciliation') }}
),

services as (
    select repository_key, {{ list_text(agg_sorted('service_name')) }} as services_text
    from (
        select coalesce(service_name, service_key) as service_name, repository_key
        from {{ ref('dim_services') }}, {{ explode('repository_keys', 'repository_key') }}
        where is_mapped
    )
    group by repository_key
),

repositories as (
    select
        source,
        repository_key,
        {%- for state in ['checked', 'not checked', 'not subscribed'] %}
        {{ list_text(agg_sorted("case when state = '" ~ state ~ "' then entity_text end")) }} as {{ state | replace(' ', '_') }}_text,
        {%- endfor %}
        bool_and(state <> 'not connected') as is_connected,
        cast(sum(due_count) as bigint) as due_count,
        cast(sum(missed_count) as bigint) as missed_count,
        max(last_webhook_at) as last_webhook_at,
        min(first_webhook_at) as first_webhook_at,
        max(checked_until) as checked_until
    from reconciliation
    group by source, repository_key
)

select
    -- ids
    repositories.source,
    repositories.repository_key,
    -- text
    services.services_text,
    repositories.checked_text,
    repositories.not_checked_text,
    repositories.not_subscribed_text,
    {{ minute_text('repositories.first_webhook_at') }} as first_webhook_text,
    {{ minute_text('repositories.last_webhook_at') }} as last_webhook_text,
    {{ minute_text('repositories.checked_until') }} as checked_until_text,
    -- numbers
    repositories.due_count,
    repositories.missed_count,
    -- booleans
    repositories.is_connected
from repositories
left join services on repositories.repository_key = services.repository_key
