-- Since when webhooks of each repository and entity arrive, and until when they can be held against what the API lists.
with sightings as (
    select * from {{ ref('int_sightings') }}
),

ledger as (
    select * from {{ ref('int_load_ledger') }}
    where channel = 'api'
),

-- what a source received before its newest landed delivery has landed as well, or lies in the quarantine and counts as missed
drained as (
    select source, max(last_webhook_at) as drained_until
    from sightings
    group by source
),

heard as (
    select source, repository_key, entity, min(first_webhook_at) as first_webhook_at, max(last_webhook_at) as last_webhook_at
    from sightings
    group by source, repository_key, entity
),

checked as (
    select
        ledger.source,
        ledger.scope as repository_key,
        ledger.entity,
        max(ledger.covered_until) as checked_until,
        -- due once a later delivery has landed, or a day has passed: until then it is on its way, or in the spool
        least(
            max(ledger.covered_until),
            greatest(max(drained.drained_until) - interval 15 minute, max(ledger.covered_until) - interval 1 day)
        ) as due_until
    from ledger
    inner join drained on ledger.source = drained.source
    group by ledger.source, ledger.scope, ledger.entity
),

repositories as (
    select source, repository_key, min(first_webhook_at) as connected_at
    from (
        select source, repository_key, first_webhook_at from heard
        union all
        select source, repository_key, null as first_webhook_at from checked
    )
    group by source, repository_key
),

entities as (
    select distinct source, entity from sightings
),

-- what should have been told since the repository's first webhook, whatever that was about
expected as (
    select sightings.source, sightings.repository_key, sightings.entity, count(*) as expected_count
    from sightings
    inner join repositories
        on sightings.source = repositories.source
        and sightings.repository_key = repositories.repository_key
        and sightings.began_at >= repositories.connected_at
    inner join checked
        on sightings.source = checked.source
        and sightings.repository_key = checked.repository_key
        and sightings.entity = checked.entity
        and sightings.began_at < checked.due_until
    where sightings.first_api_at is not null
    group by sightings.source, sightings.repository_key, sightings.entity
)

select
    repositories.source,
    repositories.repository_key,
    entities.entity,
    case
        when repositories.connected_at is null then 'not connected'
        when checked.checked_until is null then 'not checked'
        when heard.first_webhook_at is null and expected.expected_count > 0 then 'not subscribed'
        else 'checked'
    end as state,
    heard.first_webhook_at,
    heard.last_webhook_at,
    checked.checked_until,
    checked.due_until
from repositories
inner join entities on repositories.source = entities.source
left join heard
    on repositories.source = heard.source
    and repositories.repository_key = heard.repository_key
    and entities.entity = heard.entity
left join checked
    on repositories.source = checked.source
    and repositories.repository_key = checked.repository_key
    and entities.entity = checked.entity
left join expected
    on repositories.source = expected.source
    and repositories.repository_key = expected.repository_key
    and entities.entity = expected.entity
