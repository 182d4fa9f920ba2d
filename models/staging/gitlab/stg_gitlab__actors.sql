{#- base model, and the fields of a user that it holds: id, name, address -#}
{% set sightings = [
    ("merge_requests", "author_id", "null", "null"), ("merge_requests", "api_author_id", "author_username", "null"),
    ("merge_requests", "user_id", "user_username", "user_email"), ("notes", "api_author_id", "author_username", "null"),
    ("notes", "user_id", "user_username", "user_email"), ("pushes", "user_id", "user_username", "user_email"),
    ("pipelines", "user_id", "user_username", "user_email"), ("jobs", "user_id", "user_username", "user_email"),
    ("deployments", "user_id", "user_username", "user_email"), ("releases", "author_id", "author_username", "null"),
    ("issues", "author_id", "null", "null"), ("issues", "api_author_id", "author_username", "null"),
    ("issues", "user_id", "user_username", "user_email"), ("issue_events", "user_id", "user_username", "null"),
] %}

with bots as (select * from {{ ref("bots") }}),

sightings as (
    {% for base, id, username, email in sightings %}
    select
        {{ json_text(id) }} as user_id,
        {{ "cast(null as varchar)" if username == "null" else "lower(" ~ json_text(username) ~ ")" }} as username,
        {{ "cast(null as varchar)" if email == "null" else "lower(" ~ json_text(email) ~ ")" }} as email,
        max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_gitlab__" ~ base) }}
    where is_set_aside is not true
    group by 1, 2, 3
    {{ "union all" if not loop.last }}
    {% endfor %}
),

users as (
    select
        user_id,
        max(username) as username,
        -- GitLab writes `[REDACTED]` for an address that is not public
        max(email) filter (where email like '%_@_%') as email,
        coalesce(bool_or({{ re_find("username", "^(project|group)_[0-9]+_bot|^service_account_|[-_]bot$") }}), false) as is_vendor_bot,
        max(_dlt_load_id) as _dlt_load_id
    from sightings
    where user_id is not null
    group by 1
),

actors as (
    select
        users.user_id,
        {{ actor_key("coalesce(users.email, users.username, users.user_id)") }} as actor_key,
        users.is_vendor_bot
        or exists (select 1 from bots where {{ re_match("users.username", "lower(bots.actor_pattern)") }}) as is_bot,
        users._dlt_load_id
    from users
)

select * from actors
