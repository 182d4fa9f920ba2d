with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'change'
        and not is_set_aside
),

changes as (
    select
        'generic' as source,
        concat('generic:change:', id) as change_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        try_cast({{ latest("number") }} as bigint) as change_number,
        lower({{ latest("merge_sha") }}) as merge_commit_sha,
        lower({{ latest("head_sha") }}) as head_sha,
        {{ actor_key(latest("author")) }} as actor_key,
        {{ latest("target_branch") }} as target_branch,
        {{ latest("source_branch") }} as source_branch,
        {{ json_texts(latest_fragment("labels"), "$[*]") }} as labels,
        {{ json_texts(latest_fragment("closes"), "$[*]") }} as closed_references,
        {{ latest("url") }} as url,
        try_cast({{ latest("lines_added") }} as bigint) as lines_added,
        try_cast({{ latest("lines_deleted") }} as bigint) as lines_deleted,
        try_cast({{ latest("files_changed") }} as bigint) as files_changed,
        try_cast({{ latest("commit_count") }} as bigint) as commit_count,
        coalesce({{ latest("is_bot") }} = 'true', false) as is_bot,
        coalesce({{ latest("is_revert") }} = 'true', false) as is_revert,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        {{ ts_utc(latest("opened_at")) }} as opened_at,
        {{ ts_utc(latest("ready_at")) }} as ready_at,
        {{ ts_utc(latest("merged_at")) }} as merged_at,
        coalesce({{ ts_utc(latest("closed_at")) }}, {{ ts_utc(latest("merged_at")) }}) as closed_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from changes
