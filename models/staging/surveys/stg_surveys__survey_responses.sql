with newest as (
    {{ newest_files("surveys") }}
),

-- a file that changed says nothing any more of what it said before
versions as (
    select told.*
    from {{ ref("base_surveys__answers") }} as told
    left join newest on told.file_name = newest.file_name and told.seen_at = newest.seen_at
    where not told.is_set_aside
        and told.question_name is not null
        and (told.file_name is null or newest.file_name is not null)
),

answers as (
    select
        response_key,
        question_name,
        max_by(survey_name, version_key) as survey_name,
        max_by(respondent_key, version_key) filter (where respondent_key is not null) as respondent_key,
        {{ latest("team") }} as team_name,
        {{ latest("service") }} as service_name,
        try_cast({{ latest("score") }} as double) as score,
        try_cast({{ latest("scale_min") }} as double) as scale_min,
        try_cast({{ latest("scale_max") }} as double) as scale_max,
        {{ latest("choice") }} as choice,
        {{ json_texts(latest_fragment("choices"), "$[*]") }} as choices,
        case {{ latest("agreed") }} when 'true' then 'yes' when 'false' then 'no' end as agreed,
        max_by(submitted_at, version_key) as submitted_at,
        try_cast({{ latest("invited") }} as bigint) as invited_count,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by response_key, question_name
),

survey_responses as (
    select
        'surveys' as source,
        -- ids
        concat(response_key, ':', question_name) as answer_key,
        concat('surveys:survey:', survey_name) as survey_key,
        response_key,
        concat('surveys:question:', question_name) as question_key,
        respondent_key,
        -- text
        team_name,
        service_name,
        -- numbers
        score,
        scale_min,
        scale_max,
        coalesce(choice, nullif({{ list_text_by("choices", "'; '") }}, ''), agreed) as choice,
        submitted_at,
        invited_count,
        -- lineage
        record_key,
        _dlt_load_id
    from answers
)

select *
from survey_responses
-- words, where they are kept, are no answer that can be counted
where score is not null or choice is not null
