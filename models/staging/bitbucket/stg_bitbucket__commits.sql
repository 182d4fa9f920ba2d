with listed as (select * from {{ ref("base_bitbucket__commits") }} where is_set_aside is not true),

pushed as (select * from {{ ref("base_bitbucket__push_commits") }} where is_set_aside is not true),

named as (select * from {{ ref("stg_bitbucket__repository_references") }}),

actors as (select * from {{ ref("stg_bitbucket__actors") }}),

bots as (select * from {{ ref("bots") }}),

versions as (
    {%- for relation in ["listed", "pushed"] %}
    select
        record_key, repository_id, commit_sha, {{ json_text("message") }} as message, {{ ts_utc(json_text("date")) }} as committed_at,
        {{ json_text("author_raw") }} as author, lower(trim({{ json_text("author_uuid") }}, '{}')) as author_id,
        cast({{ json_size("parents") }} as bigint) as parent_count, _dlt_load_id
    from {{ relation }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

-- a commit never changes, so that any copy of a field is as good as another
merged as (
    select
        named.repository_key,
        versions.commit_sha,
        max(versions.message) as message,
        max(versions.committed_at) as committed_at,
        lower(max(versions.author)) as author,
        max(versions.author_id) as author_id,
        max(versions.parent_count) as parent_count,
        max(versions.record_key) as record_key,
        max(versions._dlt_load_id) as _dlt_load_id
    from versions
    inner join named on versions.repository_id = named.repository_ref
    group by 1, 2
),

commits as (
    select
        'bitbucket' as source,
        -- ids
        merged.repository_key,
        merged.commit_sha,
        coalesce(
            actors.actor_key,
            {{ actor_key("coalesce(nullif(regexp_extract(merged.author, '<([^<>]+@[^<>]+)>', 1), ''), merged.author)") }}
        ) as author_key,
        cast(null as {{ dbt.type_string() }}) as committer_key,
        {{ message_hash("merged.message") }} as message_hash,
        cast(null as {{ dbt.type_string() }}) as patch_id,
        {{ re_all("coalesce(merged.message, '')", "This reverts commit ([0-9a-f]{7,40})") }} as reverted_shas,
        -- numbers
        merged.parent_count,
        try_cast(coalesce(
            {{ re_group("merged.message", "'[(]pull request #([0-9]+)[)]'") }},
            {{ re_group("split_part(merged.message, chr(10), 1)", "'[(]#([0-9]+)[)] *$'") }}
        ) as bigint) as change_number,
        -- flags
        coalesce(actors.is_bot, false)
        or exists (select 1 from bots where {{ re_match("merged.author", "lower(bots.actor_pattern)") }}) as is_author_bot,
        false as has_paths,
        -- timestamps: Bitbucket gives one
        cast(null as timestamp) as authored_at,
        merged.committed_at,
        -- lineage
        merged.record_key,
        merged._dlt_load_id
    from merged
    left join actors on merged.author_id = actors.user_id
)

select * from commits
