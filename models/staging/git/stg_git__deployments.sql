{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='candidate_key') }}

with arrived as (
    select record_key, payload, _dlt_load_id
    from {{ source('raw_git', 'tags') }}
    {%- if is_incremental() %}
    -- only the newest payload of each stands here: an older load is passed, not unread
    where _dlt_load_id >= (select coalesce(max(_dlt_load_id), '') from {{ this }})
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

fragments as (
    {{ json_fields(
        'arrived',
        'payload',
        {
            'repository': '$.repository',
            'name': '$.name',
            'commit_sha': '$.commit',
            'tagger_name': '$.tagger.name',
            'tagger_email': '$.tagger.email',
            'time': '$.time',
            'deleted': '$.deleted',
            'loaded_at': '$.loaded_at',
        },
        keep=['record_key', '_dlt_load_id'],
    ) }}
),

newest_tags as (
    select
        {{ json_text('repository') }} as repository_key,
        {{ json_text('name') }} as tag_name,
        {{ json_text('commit_sha') }} as commit_sha,
        nullif({{ json_text('tagger_name') }}, '') as tagger_name,
        nullif({{ json_text('tagger_email') }}, '') as tagger_email,
        {{ ts_utc(json_text('time')) }} as tagged_at,
        {{ json_text('deleted') }} = 'true' as is_deleted,
        record_key,
        _dlt_load_id
    from fragments
    -- a moved tag is what its newest load saw; git keeps no history of it
    qualify row_number() over (
        partition by {{ json_text('repository') }}, {{ json_text('name') }}
        order by {{ json_text('loaded_at') }} desc, record_key desc
    ) = 1
),

candidates as (
    select
        'git' as source,
        -- ids
        concat('git:', repository_key, ':tag:', tag_name) as candidate_key,
        repository_key,
        commit_sha,
        cast(null as varchar) as build_run_key,
        {{ actor_key('coalesce(tagger_email, tagger_name)') }} as actor_key,
        cast(null as varchar) as service_name,
        -- text
        'tag' as kind,
        tag_name as name,
        cast(null as varchar) as branch,
        tag_name,
        cast(null as varchar) as environment_name,
        -- a tag on a file or a folder rolled nothing out
        case when tagged_at is not null and commit_sha is not null then 'success' end as outcome,
        cast(null as varchar) as url,
        -- flags
        cast(null as boolean) as is_prerelease,
        is_deleted,
        -- timestamps
        tagged_at as created_at,
        tagged_at as started_at,
        tagged_at as finished_at,
        -- lineage
        record_key,
        _dlt_load_id
    from newest_tags
)

select * from candidates
