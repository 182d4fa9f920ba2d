with reported as (
    {{ union_of('survey_responses', [
        'generic',
        'surveys',
    ]) }}
)

select
    *,
    submitted_at as occurred_at,
    service_name as service_key,
    respondent_key as actor_key,
    cast(null as varchar) as environment,
    choice as outcome,
    response_key as join_key
from reported
