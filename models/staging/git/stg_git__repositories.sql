{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='repository_key') }}

with arrived as (
    select record_key, payload, _dlt_load_id
    from {{ source('raw_git', 'repositories') }}
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
            'default_branch': '$.default_branch',
            'default_head': '$.default_head',
            'is_shallow': '$.is_shallow',
            'tag_regex': '$.tag_regex',
            'loaded_at': '$.loaded_at',
        },
        keep=['record_key', '_dlt_load_id'],
    ) }}
),

typed_repositories as (
    select
        -- keys
        'git' as source,
        {{ json_text('repository') }} as repository_key,
        -- text
        {{ json_text('default_branch') }} as default_branch,
        {{ json_text('default_head') }} as default_head_sha,
        -- flags
        {{ json_text('is_shallow') }} = 'true' as is_shallow,
        false as is_deleted,
        -- rules
        {{ json_text('tag_regex') }} as declared_tag_regex,
        -- lineage
        record_key,
        _dlt_load_id
    from fragments
    -- a clone is what its newest load saw of it
    qualify row_number() over (
        partition by {{ json_text('repository') }}
        order by {{ json_text('loaded_at') }} desc, record_key desc
    ) = 1
)

select * from typed_repositories
