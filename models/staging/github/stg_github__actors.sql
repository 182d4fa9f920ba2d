{% set sightings = [
    ("pull_requests", "user_login", "user_type"), ("reviews", "user_login", "user_type"),
    ("review_comments", "user_login", "user_type"), ("issue_comments", "user_login", "user_type"),
    ("issues", "user_login", "user_type"), ("pushes", "sender_login", "sender_type"),
    ("commits", "author_login", "author_type"), ("push_commits", "author_login", none),
    ("workflow_runs", "actor_login", none), ("deployments", "creator_login", none), ("releases", "author_login", none),
] %}
{% set as_text = ["pushes", "commits", "push_commits"] %}

with bots as (select * from {{ ref("bots") }}),

sightings as (
    {% for base, login, kind in sightings %}
    select
        {{ login if base in as_text else json_text(login) }} as login,
        {{ "cast(null as varchar)" if not kind else kind if base in as_text else json_text(kind) }} as kind,
        max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_github__" ~ base) }}
    where is_set_aside is not true
    group by 1, 2
    {{ "union all" if not loop.last }}
    {% endfor %}
),

logins as (
    select lower(login) as login, coalesce(bool_or(kind = 'Bot'), false) as is_vendor_bot, max(_dlt_load_id) as _dlt_load_id
    from sightings
    where login is not null
    group by 1
),

actors as (
    select
        {{ actor_key("login") }} as actor_key,
        is_vendor_bot
        or login like '%[bot]'
        or exists (select 1 from bots where {{ re_match("login", "lower(bots.actor_pattern)") }}) as is_bot,
        _dlt_load_id
    from logins
)

select * from actors
