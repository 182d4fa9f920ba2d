-- Answers, where five or more were given by the team to the question in the month: fewer could be told apart.
with responses as (
    select * from {{ ref('int_survey_responses') }}
),

service_names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

team_names as (
    select * from {{ ref('int_team_names') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
),

placed as (
    select
        responses.*,
        service_names.service_key as hit_service_key,
        coalesce(team_names.team_key, owners.team_key) as team_key,
        date_trunc('month', responses.submitted_at) as period_start
    from responses
    left join service_names on responses.source = service_names.source and responses.service_name = service_names.service_name
    left join team_names on responses.team_name = team_names.team_name
    left join owners
        on service_names.service_key = owners.service_key
        and responses.submitted_at >= owners.valid_from and responses.submitted_at < owners.valid_until
),

counted as (
    select
        *,
        -- one person who answers twice is one
        dense_rank() over (partition by team_key, survey_key, question_key, period_start order by coalesce(respondent_key, response_key))
        + dense_rank() over (partition by team_key, survey_key, question_key, period_start order by coalesce(respondent_key, response_key) desc)
        - 1 as answer_count
    from placed
)

select
    -- neither key nor time leads from one answer of a person to another
    md5(concat('answer|', answer_key)) as answer_key,
    source,
    survey_key,
    question_key,
    team_key,
    cast(period_start as timestamp) as period_start,
    score,
    scale_min,
    scale_max,
    choice,
    invited_count
from counted
where answer_count >= 5
