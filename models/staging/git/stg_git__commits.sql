{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['repository_key', 'commit_sha']) }}

with

standing as (

    select * from {{ ref('base_git__commits') }}
    {%- if is_incremental() %}
    where
        _dlt_load_id >= (select coalesce(max(_dlt_load_id), '') from {{ this }})
        and record_key not in (select record_key from {{ this }})
    {%- endif %}

),

commits as (

    select
        standing.repository_key,
        standing.commit_sha,
        standing.record_key,
        standing._dlt_load_id,
        raw.payload
    from standing
    inner join {{ source('raw_git', 'commits') }} as raw on standing.raw_id = raw._dlt_id

),

bots as (

    select * from {{ ref('bots') }}

),

fragments as (

    {{ json_fields(
        'commits',
        'payload',
        {
            'parents': '$.parents',
            'author_name': '$.author.name',
            'author_email': '$.author.email',
            'authored_at': '$.author.time',
            'committer_name': '$.committer.name',
            'committer_email': '$.committer.email',
            'committed_at': '$.committer.time',
            'subject': '$.subject',
            'body': '$.body',
            'patch_id': '$.patch_id',
            'has_paths': '$.has_paths',
        },
        keep=['repository_key', 'commit_sha', 'record_key', '_dlt_load_id'],
    ) }}

),

texts as (

    select
        repository_key,
        commit_sha,
        record_key,
        _dlt_load_id,
        parents,
        {{ json_text('author_name') }} as author_name,
        nullif({{ json_text('author_email') }}, '') as author_email,
        {{ json_text('authored_at') }} as authored_at,
        {{ json_text('committer_name') }} as committer_name,
        nullif({{ json_text('committer_email') }}, '') as committer_email,
        {{ json_text('committed_at') }} as committed_at,
        {{ json_text('subject') }} as subject,
        {{ json_text('body') }} as body,
        {{ json_text('patch_id') }} as patch_id,
        {{ json_text('has_paths') }} = 'true' as has_paths
    from fragments

),

messages as (

    select
        *,
        concat(subject, ' ', body) as message
    from texts

),

authors_of_bots as (

    select distinct authors.author_name
    from (select distinct author_name from texts) as authors
    inner join bots on {{ re_match('authors.author_name', 'bots.actor_pattern') }}

),

typed_commits as (

    select
        -- keys
        'git' as source,
        messages.repository_key,
        messages.commit_sha,

        -- timestamps
        {{ ts_utc('authored_at') }} as authored_at,
        {{ ts_utc('committed_at') }} as committed_at,

        -- people, hashed; the address is the identity, the name only where there is none
        {{ actor_key("coalesce(author_email, nullif(messages.author_name, ''))") }} as author_key,
        {{ actor_key("coalesce(committer_email, nullif(committer_name, ''))") }} as committer_key,
        coalesce(
            messages.author_name like '%[bot]'
            or author_email like '%[bot]@%'
            or authors_of_bots.author_name is not null,
            false
        ) as is_author_bot,

        -- numbers
        cast(json_array_length(parents) as integer) as parent_count,

        -- links
        list_distinct({{ re_all('lower(message)', 'this reverts commit[ \n]+([0-9a-f]{7,64})') }}) as reverted_shas,
        try_cast(
            coalesce(
                nullif({{ re_group('subject', "'[(]#([0-9]+)[)] *$'") }}, ''),
                nullif({{ re_group('subject', "'^Merge pull request #([0-9]+)'") }}, '')
            ) as bigint
        ) as change_number,
        {{ message_hash('message') }} as message_hash,
        patch_id,
        has_paths,

        -- lineage
        record_key,
        _dlt_load_id
    from messages
    left join authors_of_bots on messages.author_name = authors_of_bots.author_name

)

select * from typed_commits
