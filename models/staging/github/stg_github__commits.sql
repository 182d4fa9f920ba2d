with listed as (select * from {{ ref("base_github__commits") }} where is_set_aside is not true),

pushed as (select * from {{ ref("base_github__push_commits") }} where is_set_aside is not true),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

actors as (select * from {{ ref("stg_github__actors") }}),

versions as (
    select
        record_key, repository_name as repository_ref, commit_sha, message, authored_at, committed_at,
        author_email, author_name, author_login, committer_email, committer_login,
        case when has_parents then cast({{ list_size("parent_shas") }} as bigint) end as parent_count,
        false as has_paths,
        _dlt_load_id
    from listed
    union all
    select
        record_key, coalesce(repository_id, repository_name) as repository_ref, commit_sha, message, authored_at,
        committed_at, author_email, author_name, author_login, committer_email, committer_login,
        null as parent_count,
        has_paths,
        _dlt_load_id
    from pushed
),

-- a commit never changes, so that any copy of a field is as good as another
merged as (
    select
        repository_references.repository_key,
        versions.commit_sha,
        max(versions.message) as message,
        max(versions.authored_at) as authored_at,
        max(versions.committed_at) as committed_at,
        lower(max(versions.author_email)) as author_email,
        lower(max(versions.author_login)) as author_login,
        lower(max(versions.author_name)) as author_name,
        lower(max(versions.committer_email)) as committer_email,
        lower(max(versions.committer_login)) as committer_login,
        max(versions.parent_count) as parent_count,
        bool_or(versions.has_paths) as has_paths,
        max(versions.record_key) as record_key,
        max(versions._dlt_load_id) as _dlt_load_id
    from versions
    inner join repository_references on versions.repository_ref = repository_references.repository_ref
    group by 1, 2
),

identified as (
    select
        *,
        -- the account where it is known, as for changes; an address that hides the account gives it away
        coalesce(
            author_login,
            nullif(regexp_extract(author_email, '^(?:[0-9]+[+])?([^@]+)@users[.]noreply[.]', 1), ''),
            author_email
        ) as author,
        coalesce(
            committer_login,
            nullif(regexp_extract(committer_email, '^(?:[0-9]+[+])?([^@]+)@users[.]noreply[.]', 1), ''),
            committer_email
        ) as committer,
        split_part(message, chr(10), 1) as subject
    from merged
),

commits as (
    select
        'github' as source,
        -- ids
        identified.repository_key,
        identified.commit_sha,
        {{ actor_key("identified.author") }} as author_key,
        {{ actor_key("identified.committer") }} as committer_key,
        {{ message_hash("identified.message") }} as message_hash,
        cast(null as {{ dbt.type_string() }}) as patch_id,
        {{ re_all("coalesce(identified.message, '')", "This reverts commit ([0-9a-f]{7,40})") }} as reverted_shas,
        -- numbers
        identified.parent_count,
        try_cast(coalesce(
            nullif(regexp_extract(identified.subject, '[(]#([0-9]+)[)] *$', 1), ''),
            nullif(regexp_extract(identified.subject, '^Merge pull request #([0-9]+)', 1), '')
        ) as bigint) as change_number,
        -- flags
        coalesce(actors.is_bot, identified.author like '%[bot]' or identified.author_name like '%[bot]', false) as is_author_bot,
        identified.has_paths,
        -- timestamps
        identified.authored_at,
        identified.committed_at,
        -- lineage
        identified.record_key,
        identified._dlt_load_id
    from identified
    left join actors on {{ actor_key("identified.author") }} = actors.actor_key
)

select * from commits
