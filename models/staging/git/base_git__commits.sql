{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['repository_key', 'commit_sha']) }}

with arrived as (
    select record_key, received_at, payload, _dlt_load_id, _dlt_id
    from {{ source('raw_git', 'commits') }}
    {%- if is_incremental() %}
    where {{ is_unread_load() }}
        and record_key not in (select record_key from {{ this }})
    {%- endif %}
),

fragments as (
    {{ json_fields(
        'arrived',
        'payload',
        {
            'repository': '$.repository',
            'sha': '$.sha',
            'detail': '$.detail',
            'patch_id': '$.patch_id',
            'authored_at': '$.author.time time',
            'committed_at': '$.committer.time time',
        },
        keep=['record_key', 'received_at', '_dlt_load_id', '_dlt_id'],
    ) }}
),

ranked as (
    select
        {{ json_text('repository') }} as repository_key,
        {{ json_text('sha') }} as commit_sha,
        record_key,
        case {{ json_text('detail') }} when 'lines' then 4 when 'names' then 2 else 0 end
        + case when patch_id is null then 0 else 1 end as detail_rank,
        problems,
        received_at,
        _dlt_load_id,
        _dlt_id as raw_id
    from fragments
),

candidates as (
    select * from ranked
    {%- if is_incremental() %}
    union all
    select * from {{ this }}
    where concat(repository_key, ' ', commit_sha) in (
        select concat(repository_key, ' ', commit_sha) from ranked
    )
    {%- endif %}
),

richest as (
    select *
    from candidates
    -- of two that know the same, the first stands, so that nothing downstream is made again
    qualify row_number() over (
        partition by repository_key, commit_sha
        order by detail_rank desc, _dlt_load_id asc, raw_id asc
    ) = 1
)

select * from richest
