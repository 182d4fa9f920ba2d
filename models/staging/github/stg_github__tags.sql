with refs as (select * from {{ ref("base_github__refs") }} where is_set_aside is not true and kind = 'tag'),

pushes as (select * from {{ ref("base_github__pushes") }} where is_set_aside is not true and ref like 'refs/tags/%'),

listed as (select * from {{ ref("base_github__tags") }} where is_set_aside is not true),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

events as (
    select
        record_key, coalesce(repository_id, repository_name) as repository_ref, name as tag_name, null as commit_sha,
        null as tagged_at, seen_at as pushed_at, seen_at, is_deletion, sender_login, _dlt_load_id
    from refs
    union all
    select
        record_key, coalesce(repository_id, repository_name), substr(ref, 11), head_sha,
        null, pushed_at, pushed_at, after_sha is null, sender_login, _dlt_load_id
    from pushes
    union all
    select record_key, repository_name, tag_name, commit_sha, tagged_at, null, seen_at, false, null, _dlt_load_id
    from listed
),

ordered as (
    select
        events.*,
        repository_references.repository_id,
        repository_references.repository_key,
        -- newest last by the vendor's clock, then by content; a deletion ends the second in which it falls
        concat(
            coalesce({{ iso_utc("events.seen_at") }}, '0'), '|', events.is_deletion, '|', coalesce(events.commit_sha, ''),
            '|', events.record_key
        ) as version_key
    from events
    inner join repository_references on events.repository_ref = repository_references.repository_ref
),

tags as (
    select
        -- ids
        concat('github:tag:', repository_id, ':', tag_name) as candidate_key,
        max_by(record_key, version_key) as record_key,
        max(repository_key) as repository_key,
        max_by(commit_sha, version_key) as commit_sha,
        {{ actor_key("max_by(sender_login, version_key)") }} as actor_key,
        -- text
        tag_name,
        -- flags
        max_by(is_deletion, version_key) as is_deleted,
        -- timestamps
        max_by(tagged_at, version_key) as tagged_at,
        min(pushed_at) filter (where not is_deletion) as pushed_at,
        -- lineage
        max(_dlt_load_id) as _dlt_load_id
    from ordered
    group by repository_id, tag_name
)

select * from tags
