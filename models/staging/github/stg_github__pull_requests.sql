{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="pull_request_key") }}

with versions as (
    select *
    from {{ ref("base_github__pull_requests") }}
    {{ touched(ref("base_github__pull_requests"), "pull_request_key") }}
),

pull_requests as (
    select
        -- ids
        pull_request_key,
        max_by(record_key, version_key) as record_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        {{ actor_key(latest("user_login")) }} as actor_key,
        lower({{ latest("head_sha") }}) as head_sha,
        lower({{ latest("merge_commit_sha") }}) as merge_commit_sha,
        {{ latest("head_repository_id") }} as head_repository_id,
        {{ agg_sorted("lower(" ~ json_text("head_sha") ~ ")") }} as head_shas,
        -- text
        {{ latest("title") }} as title,
        {{ latest("body") }} as body,
        {{ latest("html_url") }} as url,
        {{ latest("base_ref") }} as target_branch,
        {{ latest("head_ref") }} as source_branch,
        {{ json_texts(latest_fragment("labels"), "$[*].name") }} as labels,
        -- numbers
        try_cast({{ latest("number") }} as bigint) as change_number,
        try_cast({{ latest("additions") }} as bigint) as lines_added,
        try_cast({{ latest("deletions") }} as bigint) as lines_deleted,
        try_cast({{ latest("changed_files") }} as bigint) as files_changed,
        try_cast({{ latest("commits") }} as bigint) as commit_count,
        -- flags
        try_cast({{ latest("draft") }} as boolean) as is_draft,
        coalesce(bool_or({{ json_text("draft") }} = 'true' or action = 'converted_to_draft'), false) as was_draft,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as opened_at,
        {{ ts_utc(latest("closed_at")) }} as closed_at,
        {{ ts_utc(latest("merged_at")) }} as merged_at,
        max({{ ts_utc(json_text("updated_at")) }}) filter (where action = 'ready_for_review') as ready_event_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by pull_request_key
)

select * from pull_requests
