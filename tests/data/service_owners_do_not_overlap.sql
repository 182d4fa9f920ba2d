-- Each service has one owner at a time: two rows of seeds/company/service_owners.csv that overlap would count everything twice.
with owners as (
    select * from {{ ref('int_service_teams') }}
)

select
    one.service_key,
    one.team_key,
    another.team_key as other_team_key,
    greatest(one.valid_from, another.valid_from) as both_from,
    least(one.valid_until, another.valid_until) as both_until
from owners as one
inner join owners as another
    on one.service_key = another.service_key
    and (one.team_key, one.valid_from, one.valid_until) < (another.team_key, another.valid_from, another.valid_until)
where one.valid_from < another.valid_until and another.valid_from < one.valid_until
