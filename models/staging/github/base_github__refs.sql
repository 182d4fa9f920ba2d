{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "repository_id": "$.repository.id id!repository",
    "repository_url": "$.repository.html_url address!repository",
    "repository_clock": "$.repository.updated_at time",
    "default_branch": "$.repository.default_branch name",
    "pushed_at": "$.repository.pushed_at moment",
    "ref": "$.ref name!",
    "ref_type": "$.ref_type word(branch|tag)!kind",
    "sha": "$.object.sha name!kind",
    "url": "$.url address!repository",
    "sender_login": "$.sender.login name",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "refs")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

refs as (
    select
        -- ids
        record_key,
        {{ json_text("repository_id") }} as repository_id,
        {{ repository_name(first_text(["repository_url", "url"])) }} as repository_name,
        {{ iso_utc(ts_utc(json_text("repository_clock"))) }} as repository_clock,
        {{ json_text("default_branch") }} as default_branch,
        -- text: the API says `refs/heads/main`, a webhook `main` and that it is a branch
        {{ re_replace(json_text("ref"), '^refs/(heads|tags)/', '') }} as name,
        coalesce(
            {{ json_text("ref_type") }},
            case when {{ json_text("ref") }} like 'refs/heads/%' then 'branch' else 'tag' end
        ) as kind,
        {{ json_text("sha") }} as sha,
        {{ json_text("sender_login") }} as sender_login,
        -- flags
        event like 'delete%' as is_deletion,
        -- timestamps: neither says when, but the repository's last push does, and the API's answer holds for its arrival
        coalesce(
            {{ ts_epoch(json_text("pushed_at")) }},
            {{ ts_utc(json_text("pushed_at")) }},
            case when channel = 'api' then {{ utc("received_at") }} end
        ) as seen_at,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from fields
)

select * from refs
