with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'survey_response'
        and not is_set_aside
),

survey_responses as (
    select
        'generic' as source,
        concat('generic:survey_response:', id) as answer_key,
        'generic:survey:' || {{ latest("survey") }} as survey_key,
        'generic:response:' || {{ latest("response") }} as response_key,
        'generic:question:' || {{ latest("question") }} as question_key,
        {{ actor_key(latest("respondent")) }} as respondent_key,
        {{ latest("team") }} as team_name,
        {{ latest("service") }} as service_name,
        try_cast({{ latest("score") }} as double) as score,
        try_cast({{ latest("scale_min") }} as double) as scale_min,
        try_cast({{ latest("scale_max") }} as double) as scale_max,
        {{ latest("choice") }} as choice,
        {{ ts_utc(latest("submitted_at")) }} as submitted_at,
        try_cast({{ latest("invited") }} as bigint) as invited_count,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from survey_responses
