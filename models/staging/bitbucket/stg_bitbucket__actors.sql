{#- base model, and the fields of a user that it holds: uuid, nickname, type, and the author line of a commit -#}
{% set sightings = [
    ("pull_requests", "author_uuid", "author_name", "author_type", "null"), ("pull_requests", "actor_uuid", "actor_name", "actor_type", "null"),
    ("activities", "approver_uuid", "approver_name", "approver_type", "null"), ("activities", "requester_uuid", "null", "null", "null"),
    ("activities", "hook_requester_uuid", "null", "null", "null"), ("activities", "commenter_uuid", "commenter_name", "commenter_type", "null"),
    ("commits", "author_uuid", "author_name", "author_type", "author_raw"), ("push_commits", "author_uuid", "author_name", "author_type", "author_raw"),
    ("pipelines", "creator_uuid", "creator_name", "creator_type", "null"), ("deployments", "deployer_uuid", "deployer_name", "null", "null"),
    ("commit_statuses", "actor_uuid", "actor_name", "actor_type", "null"),
] %}

with bots as (select * from {{ ref("bots") }}),

sightings as (
    {% for base, uuid, nickname, kind, raw in sightings %}
    select
        lower(trim({{ json_text(uuid) }}, '{}')) as user_id,
        {{ "cast(null as varchar)" if nickname == "null" else "lower(" ~ json_text(nickname) ~ ")" }} as nickname,
        {{ "cast(null as varchar)" if kind == "null" else json_text(kind) }} as kind,
        {{ "cast(null as varchar)" if raw == "null" else "nullif(lower(regexp_extract(" ~ json_text(raw) ~ ", '<([^<>]+@[^<>]+)>', 1)), '')" }} as email,
        max(_dlt_load_id) as _dlt_load_id
    from {{ ref("base_bitbucket__" ~ base) }}
    where is_set_aside is not true
    group by 1, 2, 3, 4
    union all
    {% endfor %}
    select lower(trim(actor_uuid, '{}')), lower(actor_name), actor_type, null, max(_dlt_load_id)
    from {{ ref("base_bitbucket__pushes") }}
    where is_set_aside is not true
    group by 1, 2, 3
),

users as (
    select
        user_id,
        max(nickname) as nickname,
        -- of several addresses of one account always the same
        min(email) as email,
        coalesce(bool_or(kind in ('app_user', 'AppUser', 'team')), false)
        or coalesce(bool_or({{ re_find("nickname", "[-_ ]bot$|\\[bot\\]$") }}), false) as is_vendor_bot,
        max(_dlt_load_id) as _dlt_load_id
    from sightings
    where user_id is not null
    group by 1
),

actors as (
    select
        users.user_id,
        {{ actor_key("coalesce(users.email, users.user_id)") }} as actor_key,
        users.is_vendor_bot
        or exists (select 1 from bots where {{ re_match("users.nickname", "lower(bots.actor_pattern)") }}) as is_bot,
        users._dlt_load_id
    from users
)

select * from actors
