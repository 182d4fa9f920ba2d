{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="pull_request_key") }}
{# a draft, and one that waits in the merge queue, are open #}
{% set state = "case when lower(" ~ json_text("state") ~ ") in ('draft', 'queued') then 'open' else lower(" ~ json_text("state") ~ ") end" %}
{% set is_draft = "(lower(" ~ json_text("state") ~ ") = 'draft' or coalesce(" ~ json_text("draft") ~ ", '') = 'true')" %}

with versions as (
    select *
    from {{ ref("base_bitbucket__pull_requests") }}
    {{ touched(ref("base_bitbucket__pull_requests"), "pull_request_key") }}
),

pull_requests as (
    select
        -- ids
        pull_request_key,
        max_by(record_key, version_key) as record_key,
        max(repository_id) as repository_id,
        lower(trim({{ latest("source_repository_uuid") }}, '{}')) as source_repository_id,
        lower(trim({{ latest("author_uuid") }}, '{}')) as author_id,
        lower({{ latest("head_hash") }}) as head_hash,
        lower({{ latest("merge_hash") }}) as merge_hash,
        -- text
        {{ latest("title") }} as title,
        {{ latest("description") }} as description,
        {{ latest("url") }} as url,
        {{ latest("target_branch") }} as target_branch,
        {{ latest("source_branch") }} as source_branch,
        max_by({{ state }}, version_key) as state,
        -- numbers
        try_cast({{ latest("id") }} as bigint) as change_number,
        -- flags
        lower({{ latest("state") }}) = 'draft' or try_cast({{ latest("draft") }} as boolean) as is_draft,
        bool_or({{ is_draft }}) as was_draft,
        -- timestamps
        {{ ts_utc(latest("created_on")) }} as opened_at,
        coalesce(
            {{ ts_utc(latest("closed_on")) }},
            min({{ ts_utc(json_text("updated_on")) }}) filter (where {{ state }} <> 'open')
        ) as closed_at,
        -- the first time that it was seen no longer as a draft
        min({{ ts_utc(json_text("updated_on")) }}) filter (where {{ json_text("draft") }} = 'false' and not {{ is_draft }}) as seen_ready_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by pull_request_key
)

select * from pull_requests
