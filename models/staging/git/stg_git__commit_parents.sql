{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['repository_key', 'commit_sha']) }}

with standing as (
    select * from {{ ref('base_git__commits') }}
    {%- if is_incremental() %}
    -- what is here of a load that was cut stays, the rest is added
    where {{ is_unread_load() }}
        and concat(_dlt_load_id, commit_sha, repository_key) not in (
            select concat(_dlt_load_id, commit_sha, repository_key) from {{ this }}
        )
    {%- endif %}
),

commits as (
    select
        standing.repository_key,
        standing.commit_sha,
        standing.record_key,
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
        cast(parent_index as bigint) as parent_index,
        -- lineage
        commits.record_key,
        commits._dlt_load_id
    from commits, {{ explode_numbered('commits.parent_shas', 'parent_sha', 'parent_index') }}
)

select * from parents
