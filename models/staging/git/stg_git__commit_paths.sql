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

-- the list leaves the payload first: to explode the payload's own list would carry the whole payload to every path
commits as (
    select
        standing.repository_key,
        standing.commit_sha,
        standing.record_key,
        standing._dlt_load_id,
        {{ json_list('raw.payload', '$.paths') }} as entries
    from standing
    inner join {{ source('raw_git', 'commits') }} as raw on standing.raw_id = raw._dlt_id
),

entries as (
    select
        commits.repository_key,
        commits.commit_sha,
        commits.record_key,
        commits._dlt_load_id,
        entry
    from commits, {{ explode('commits.entries', 'entry') }}
),

fragments as (
    {{ json_fields(
        'entries',
        'entry',
        {'path': '$.path', 'old_path': '$.old_path', 'added': '$.added', 'deleted': '$.deleted'},
        keep=['repository_key', 'commit_sha', 'record_key', '_dlt_load_id'],
    ) }}
),

-- moving a file away touches where it was, too
touched_paths as (
    select
        repository_key,
        commit_sha,
        {{ json_text('path') }} as path,
        cast({{ json_text('added') }} as bigint) as lines_added,
        cast({{ json_text('deleted') }} as bigint) as lines_deleted,
        record_key,
        _dlt_load_id
    from fragments
    union all
    select
        repository_key,
        commit_sha,
        {{ json_text('old_path') }} as path,
        cast(case when added is not null then 0 end as bigint) as lines_added,
        cast(case when added is not null then 0 end as bigint) as lines_deleted,
        record_key,
        _dlt_load_id
    from fragments
    where old_path is not null
),

commit_paths as (
    select
        -- keys
        'git' as source,
        repository_key,
        commit_sha,
        path,
        -- numbers; where something took a moved file's place at once, the place is one row
        max(lines_added) as lines_added,
        max(lines_deleted) as lines_deleted,
        -- lineage
        max(record_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from touched_paths
    group by repository_key, commit_sha, path
)

select * from commit_paths
