{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set response_fields = {
    "survey": "@.form_id name!",
    "token": "@.token name!",
    "submitted_at": "@.submitted_at time!",
    "updated_at": "@.updated_at time?!",
    "respondent": "@.hidden.respondent name",
    "team": "@.hidden.team name",
    "service": "@.hidden.service name",
    "invited": "@.hidden.invited count",
    "answers": "@.answers list!",
    "file": "$.file name",
    "seen_at": "$.seen_at time",
} %}
{% set answer_fields = {
    "question": "$.field.ref name!question",
    "question_id": "$.field.id name!question",
    "score": "$.number number?!",
    "scale_min": "$.scale_min number",
    "scale_max": "$.scale_max number",
    "agreed": "$.boolean flag",
    "choice": "$.choice.label name",
    "choices": "$.choices.labels texts",
} %}
{% set version = ["file", "seen_at"] %}
{% set of_response = ["response_problems", "is_response_set_aside", "position", "place"] %}
{% set off_scale = [("place, '.number'", "scale", "is_off_scale")] %}
{% set told = ["survey", "token", "submitted_at", "updated_at", "respondent", "team", "service", "invited"] %}

with payloads as (
    {{ new_payloads_once(source("raw_surveys", "responses")) }}
),

responses as (
    {{ json_fields("payloads", "payload", response_fields, keep, "form_response") }}
),

listed as (
    select
        {{ (keep + version + told) | join(", ") }},
        problems as response_problems, is_set_aside as is_response_set_aside, answer, position,
        concat(case channel when 'api' then '$' else '$.form_response' end, '.answers[', position - 1, ']') as place
    from responses, {{ explode_numbered(json_list("answers"), "answer", "position") }}
),

read as (
    {{ json_fields("listed", "answer", answer_fields, keep + version + told + of_response, at="place") }}
),

fields as (
    select *, {{ is_off_scale("score", "scale_min", "scale_max") }} as is_off_scale
    from read
),

every as (
    select
        {{ (keep + version + told) | join(", ") }}, position,
        {{ told_contradictions("response_problems, problems", off_scale) }} as problems,
        is_response_set_aside or is_set_aside as is_set_aside,
        {%- for name in answer_fields %}
        {{ "case when not is_off_scale then score end as score" if name == "score" else name }}{{ "," if not loop.last }}
        {%- endfor %}
    from fields
    union all
    -- a response without answers tells its own trouble
    select
        {{ (keep + version + told) | join(", ") }}, 0, problems, is_set_aside,
        {%- for name in answer_fields %}
        null{{ "," if not loop.last }}
        {%- endfor %}
    from responses
    where coalesce({{ json_size("answers") }}, 0) = 0
),

answers as (
    select
        -- ids
        record_key,
        position,
        concat('surveys:response:', {{ json_text("survey") }}, ':', {{ re_replace(json_text("token"), "^h:", "") }}) as response_key,
        {{ first_text(["question", "question_id"]) }} as question_name,
        concat(
            coalesce({{ iso_utc(ts_utc(first_text(["updated_at", "submitted_at"]))) }}, '0'), '|',
            {{ content_hash(told + (answer_fields.keys() | list)) }}
        ) as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        {{ json_text("file") }} as file_name,
        {{ ts_utc(json_text("seen_at")) }} as seen_at,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- what it is
        {{ json_text("survey") }} as survey_name,
        {{ re_replace(json_text("respondent"), "^h:", "") }} as respondent_key,
        {{ ts_utc(json_text("submitted_at")) }} as submitted_at,
        -- fields, as JSON fragments
        team,
        service,
        invited,
        score,
        scale_min,
        scale_max,
        agreed,
        choice,
        choices
    from every
)

select * from answers
