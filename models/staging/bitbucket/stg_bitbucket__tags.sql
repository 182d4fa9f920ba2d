with pushes as (select * from {{ ref("base_bitbucket__pushes") }} where is_set_aside is not true and kind = 'tag'),

listed as (select * from {{ ref("base_bitbucket__tags") }} where is_set_aside is not true),

events as (
    select
        record_key, repository_id, ref_name as tag_name, after_sha as commit_sha, null as tagged_at, pushed_at, pushed_at as seen_at,
        after_sha is null as is_deletion, lower(trim(actor_uuid, '{}')) as user_id, _dlt_load_id
    from pushes
    union all
    select record_key, repository_id, tag_name, commit_sha, tagged_at, null, seen_at, is_deletion, null, _dlt_load_id
    from listed
),

ordered as (
    select
        *,
        -- newest last; a deletion ends the second in which it falls
        concat(coalesce({{ iso_utc("seen_at") }}, '0'), '|', is_deletion, '|', coalesce(commit_sha, ''), '|', record_key) as version_key
    from events
),

tags as (
    select
        -- ids
        concat('bitbucket:tag:', repository_id, ':', tag_name) as candidate_key,
        max_by(record_key, version_key) as record_key,
        repository_id,
        max_by(commit_sha, version_key) filter (where not is_deletion) as commit_sha,
        max_by(user_id, version_key) filter (where not is_deletion) as user_id,
        -- text
        tag_name,
        -- flags
        max_by(is_deletion, version_key) as is_deleted,
        -- timestamps: when it was pushed, else its own or its commit's
        coalesce(min(pushed_at) filter (where not is_deletion), max_by(tagged_at, version_key)) as finished_at,
        -- lineage
        max(_dlt_load_id) as _dlt_load_id
    from ordered
    group by repository_id, tag_name
)

select * from tags
