{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "project_id": "$.project_id id!",
    "project_url": "$.project.web_url address",
    "project_default_branch": "$.project.default_branch name",
    "ref": "$.ref text~^refs/(heads|tags)/.!",
    "before": "$.before name!",
    "after": "$.after name!",
    "checkout_sha": "$.checkout_sha name",
    "user_id": "$.user_id id",
    "user_username": "$.user_username name",
    "user_email": "$.user_email text",
    "commits": "$.commits list",
} %}
{% set natural_key = ["project_id", "ref", "before", "after"] %}

with payloads as (
    {{ new_payloads_once(source("raw_gitlab", "pushes")) }}
    union all
    {{ new_payloads_once(source("raw_gitlab", "tag_pushes")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

pushes as (
    select
        -- ids
        record_key,
        -- a push has no id, and two webhooks (project and group) deliver it under two
        concat('gitlab:push:', {{ content_hash(natural_key) }}) as push_key,
        {{ json_text("project_id") }} as repository_id,
        {{ remote_name(json_text("project_url")) }} as repository_name,
        -- a push has no clock but its arrival
        {{ iso_utc(utc("received_at")) }} as repository_clock,
        {{ json_text("project_default_branch") }} as default_branch,
        -- text
        {{ json_text("ref") }} as ref_name,
        lower(nullif({{ json_text("before") }}, repeat('0', 40))) as before_sha,
        lower(nullif({{ json_text("after") }}, repeat('0', 40))) as after_sha,
        -- the commit that an annotated tag names; `after` is the tag object's own
        lower({{ json_text("checkout_sha") }}) as head_sha,
        -- timestamps
        {{ utc("received_at") }} as pushed_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        user_id,
        user_username,
        user_email,
        commits
    from fields
)

select * from pushes
