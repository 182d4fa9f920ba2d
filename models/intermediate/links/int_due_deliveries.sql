-- What webhooks should have told, since the API lists it and it began or ended while webhooks of its kind arrived.
with sightings as (
    select * from {{ ref('int_sightings') }}
),

windows as (
    select * from {{ ref('int_webhook_windows') }}
    where state = 'checked'
),

judged as (
    select
        sightings.*,
        coalesce(sightings.began_at >= windows.first_webhook_at and sightings.began_at < windows.due_until, false) as is_due,
        coalesce(sightings.ended_at >= windows.first_webhook_at and sightings.ended_at < windows.due_until, false) as is_end_due
    from sightings
    inner join windows
        on sightings.source = windows.source
        and sightings.repository_key = windows.repository_key
        and sightings.entity = windows.entity
    -- what was deleted before the API could list it is no miss
    where sightings.first_api_at is not null
)

select
    source,
    entity,
    object_key,
    repository_key,
    is_due,
    is_due and not is_told as is_missed,
    is_end_due,
    is_end_due and not is_end_told as is_end_missed,
    began_at,
    ended_at,
    first_api_at as found_at,
    record_key
from judged
where is_due or is_end_due
