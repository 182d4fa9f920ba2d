with listed as (select * from {{ ref("base_gitlab__commits") }} where is_set_aside is not true),

pushed as (select * from {{ ref("base_gitlab__push_commits") }} where is_set_aside is not true),

projects as (select * from {{ ref("stg_gitlab__projects") }}),

bots as (select * from {{ ref("bots") }}),

versions as (
    select
        record_key, repository_id, commit_sha, {{ json_text("message") }} as message,
        {{ ts_utc(json_text("authored_date")) }} as authored_at,
        {{ ts_utc(first_text(["committed_date", "created_at"])) }} as committed_at,
        {{ json_text("author_email") }} as author_email, {{ json_text("author_name") }} as author_name,
        {{ json_text("committer_email") }} as committer_email,
        -- a list of a merge request's commits leaves their parents out: `[]`
        case when change_number is null or {{ json_size("parent_ids") }} > 0 then cast({{ json_size("parent_ids") }} as bigint) end as parent_count,
        false as has_paths,
        _dlt_load_id
    from listed
    union all
    select
        record_key, repository_id, commit_sha, message, null as authored_at, committed_at, author_email, author_name,
        null as committer_email, null as parent_count, has_paths, _dlt_load_id
    from pushed
),

-- a commit never changes, so that any copy of a field is as good as another
merged as (
    select
        projects.repository_key,
        versions.commit_sha,
        max(versions.message) as message,
        max(versions.authored_at) as authored_at,
        max(versions.committed_at) as committed_at,
        lower(max(versions.author_email) filter (where versions.author_email like '%_@_%')) as author_email,
        lower(max(versions.author_name)) as author_name,
        lower(max(versions.committer_email)) as committer_email,
        max(versions.parent_count) as parent_count,
        bool_or(versions.has_paths) as has_paths,
        max(versions.record_key) as record_key,
        max(versions._dlt_load_id) as _dlt_load_id
    from versions
    inner join projects on versions.repository_id = projects.repository_ref
    group by 1, 2
),

commits as (
    select
        'gitlab' as source,
        -- ids
        merged.repository_key,
        merged.commit_sha,
        {{ actor_key("coalesce(merged.author_email, merged.author_name)") }} as author_key,
        {{ actor_key("merged.committer_email") }} as committer_key,
        {{ message_hash("merged.message") }} as message_hash,
        cast(null as {{ dbt.type_string() }}) as patch_id,
        {{ re_all("coalesce(merged.message, '')", "This reverts commit ([0-9a-f]{7,40})") }} as reverted_shas,
        -- numbers
        merged.parent_count,
        try_cast(coalesce(
            {{ re_group("merged.message", "'See merge request [^ !]*!([0-9]+)'") }},
            {{ re_group("split_part(merged.message, chr(10), 1)", "'[(]!([0-9]+)[)] *$'") }}
        ) as bigint) as change_number,
        -- flags
        coalesce({{ re_find("merged.author_email", "^(project|group)_[0-9]+_bot") }}, false)
        or coalesce(merged.author_name like '%[bot]', false)
        or exists (
            select 1 from bots
            where {{ re_match("merged.author_email", "lower(bots.actor_pattern)") }} or {{ re_match("merged.author_name", "lower(bots.actor_pattern)") }}
        ) as is_author_bot,
        merged.has_paths,
        -- timestamps
        merged.authored_at,
        merged.committed_at,
        -- lineage
        merged.record_key,
        merged._dlt_load_id
    from merged
)

select * from commits
