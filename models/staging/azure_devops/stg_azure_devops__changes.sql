with versions as (select * from {{ ref("base_azure_devops__pull_requests") }} where is_set_aside is not true),

repositories as (
    select repository_id, {{ latest_fragment("repository_key") }} as repository_key
    from {{ ref("base_azure_devops__repositories") }}
    where is_set_aside is not true
    group by repository_id
),

merged as (
    select
        change_key,
        max(repository_id) as repository_id,
        {{ latest_fragment("repository_key") }} as told_repository_key,
        max(change_number) as change_number,
        max_by(status, version_key) as status,
        {{ latest_fragment("head_sha") }} as head_sha,
        {{ latest_fragment("merge_commit_sha") }} as merge_commit_sha,
        {{ latest_fragment("author") }} as author,
        {{ latest_fragment("title") }} as title,
        {{ latest_fragment("source_branch") }} as source_branch,
        {{ latest_fragment("target_branch") }} as target_branch,
        {{ json_texts(latest_fragment("labels"), "$[*].name") }} as labels,
        {{ latest_fragment("is_draft") }} as is_draft,
        coalesce(bool_or(is_draft), false) as was_draft,
        min(opened_at) as opened_at,
        {{ latest_fragment("closed_at") }} as closed_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by change_key
),

changes as (
    select
        'azure_devops' as source,
        -- ids
        merged.change_key,
        coalesce(
            repositories.repository_key, merged.told_repository_key, concat('azure_devops:repository:', merged.repository_id)
        ) as repository_key,
        merged.change_number,
        -- an open request's merge commit is a trial
        case when merged.status = 'completed' then merged.merge_commit_sha end as merge_commit_sha,
        merged.head_sha,
        {{ actor_key("merged.author") }} as actor_key,
        -- text
        merged.target_branch,
        merged.source_branch,
        merged.labels,
        {{ no_texts() }} as closed_references,
        cast(null as {{ dbt.type_string() }}) as url,
        -- numbers: the API does not say
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        cast(null as bigint) as files_changed,
        cast(null as bigint) as commit_count,
        -- flags
        false as is_bot,
        coalesce(lower(merged.title) like 'revert "%', false) as is_revert,
        false as is_deleted,
        -- timestamps
        merged.opened_at,
        -- when a draft became ready is not told
        case when not coalesce(merged.is_draft, false) and not merged.was_draft then merged.opened_at end as ready_at,
        case when merged.status = 'completed' then merged.closed_at end as merged_at,
        case when merged.status in ('completed', 'abandoned') then merged.closed_at end as closed_at,
        -- lineage
        merged.record_key,
        merged._dlt_load_id
    from merged
    left join repositories on merged.repository_id = repositories.repository_id
)

select * from changes
