{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="merge_request_key") }}

with versions as (
    select *
    from {{ ref("base_gitlab__merge_requests") }}
    {{ touched(ref("base_gitlab__merge_requests"), "merge_request_key") }}
),

merge_requests as (
    select
        -- ids
        merge_request_key,
        max_by(record_key, version_key) as record_key,
        max_by(repository_id, version_key) as repository_id,
        {{ latest("source_project_id") }} as source_repository_id,
        coalesce({{ latest("api_author_id") }}, {{ latest("author_id") }}) as author_id,
        lower(coalesce({{ latest("head_sha") }}, {{ latest("last_commit_id") }})) as head_sha,
        lower({{ latest("merge_commit_sha") }}) as merge_commit_sha,
        lower({{ latest("squash_commit_sha") }}) as squash_commit_sha,
        -- text
        {{ latest("title") }} as title,
        {{ latest("description") }} as description,
        coalesce({{ latest("web_url") }}, {{ latest("hook_url") }}) as url,
        {{ latest("target_branch") }} as target_branch,
        {{ latest("source_branch") }} as source_branch,
        {{ latest("state") }} as state,
        coalesce(max_by(label_names, version_key) filter (where label_names is not null), {{ no_texts() }}) as labels,
        -- numbers
        try_cast({{ latest("iid") }} as bigint) as change_number,
        -- flags
        try_cast(coalesce({{ latest("draft") }}, {{ latest("work_in_progress") }}) as boolean) as is_draft,
        coalesce(bool_or({{ json_text("draft") }} = 'true' or {{ json_text("draft_before") }} = 'true'), false) as was_draft,
        -- the API tells of squashed commits, a webhook does not
        bool_or(squash_commit_sha is not null) as is_squash_known,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as opened_at,
        coalesce(
            {{ ts_utc(latest("merged_at")) }},
            min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("action") }} = 'merge'),
            min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("state") }} = 'merged')
        ) as merged_at,
        coalesce(
            {{ ts_utc(latest("closed_at")) }},
            max({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("action") }} = 'close'),
            min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("state") }} = 'closed')
        ) as closed_at,
        max({{ ts_utc(json_text("updated_at")) }})
            filter (where {{ json_text("draft_before") }} = 'true' and {{ json_text("draft") }} = 'false') as ready_event_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by merge_request_key
)

select * from merge_requests
