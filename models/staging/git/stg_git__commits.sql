{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['repository_key', 'commit_sha']) }}
{%- set texts = {
    'author_name': '$.author.name',
    'author_email': '$.author.email',
    'authored_at': '$.author.time time',
    'committer_name': '$.committer.name',
    'committer_email': '$.committer.email',
    'committed_at': '$.committer.time time',
    'subject': '$.subject',
    'body': '$.body',
    'patch_id': '$.patch_id',
    'has_paths': '$.has_paths',
} %}

with standing as (
    select * from {{ ref('base_git__commits') }}
    {%- if is_incremental() %}
    where record_key not in (select record_key from {{ this }})
    {%- endif %}
),

bots as (
    select * from {{ ref('bots') }}
),

commits as (
    select standing.*, raw.payload
    from standing
    inner join {{ source('raw_git', 'commits') }} as raw on standing.raw_id = raw._dlt_id
),

fragments as (
    {{ json_fields(
        'commits', 'payload', dict(texts, parents='$.parents'),
        keep=['repository_key', 'commit_sha', 'record_key', '_dlt_load_id'],
    ) }}
),

-- what is empty is not known
known as (
    select
        repository_key,
        commit_sha,
        record_key,
        _dlt_load_id,
        cast({{ json_size('parents') }} as bigint) as parent_count,
        {%- for name in texts %}
        nullif({{ json_text(name) }}, '') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from fragments
),

messages as (
    select *, concat(subject, ' ', body) as message
    from known
),

bot_names as (
    select distinct known.author_name
    from known
    inner join bots on {{ re_match('known.author_name', 'bots.actor_pattern') }}
),

typed_commits as (
    select
        'git' as source,
        -- keys
        repository_key,
        commit_sha,
        -- people; the address is the identity, the name only where there is none
        {{ actor_key('coalesce(author_email, author_name)') }} as author_key,
        {{ actor_key('coalesce(committer_email, committer_name)') }} as committer_key,
        -- message and content
        {{ message_hash('message') }} as message_hash,
        patch_id,
        {{ list_unique(re_all('lower(message)', 'this reverts commit[ \n]+([0-9a-f]{7,64})')) }} as reverted_shas,
        parent_count,
        try_cast(coalesce(
            nullif({{ re_group('subject', "'[(]#([0-9]+)[)] *$'") }}, ''),
            nullif({{ re_group('subject', "'^Merge pull request #([0-9]+)'") }}, '')
        ) as bigint) as change_number,
        -- flags
        coalesce(author_name like '%[bot]', false)
        or coalesce(author_email like '%[bot]@%', false)
        or coalesce(author_name in (select author_name from bot_names), false) as is_author_bot,
        has_paths = 'true' as has_paths,
        -- timestamps
        {{ ts_utc('authored_at') }} as authored_at,
        {{ ts_utc('committed_at') }} as committed_at,
        -- lineage
        record_key,
        _dlt_load_id
    from messages
)

select * from typed_commits
