{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['repository_key', 'commit_sha']) }}

with standing as (
    select * from {{ ref('base_git__commits') }}
    {%- if is_incremental() %}
    -- a load that was cut continues under the same id: what is here of it stays, the rest is added
    where _dlt_load_id >= (select coalesce(max(_dlt_load_id), '') from {{ this }})
        and concat(_dlt_load_id, commit_sha, repository_key) not in (
            select concat(_dlt_load_id, commit_sha, repository_key) from {{ this }}
        )
    {%- endif %}
),

commits as (
    select
        standing.repository_key,
        standing.commit_sha,
        standing._dlt_load_id,
        {{ json_texts('raw.payload', '$.parents[*]') }} as parent_shas
    from standing
    inner join {{ source('raw_git', 'commits') }} as raw on standing.raw_id = raw._dlt_id
),

parents as (
    select
        -- keys
        'git' as source,
        commits.repository_key,
        commits.commit_sha,
        parent_sha,
        -- numbers
        cast(parent_index as integer) as parent_index,
        -- lineage
        commits._dlt_load_id
    from commits, {{ explode_numbered('commits.parent_shas', 'parent_sha', 'parent_index') }}
)

select * from parents
