with
    refs as (select * from {{ ref("base_github__refs") }} where {{ json_text("ref_type") }} = 'tag'),

    pushes as (select * from {{ ref("base_github__pushes") }} where ref like 'refs/tags/%'),

    listed as (select * from {{ ref("base_github__tags") }}),

    repository_references as (select * from {{ ref("stg_github__repository_references") }}),

    events as (
        select
            record_key,
            coalesce(repository_id, repository_name) as repository_ref,
            {{ json_text("ref") }} as tag_name,
            cast(null as {{ dbt.type_string() }}) as commit_sha,
            cast(null as timestamp) as tagged_at,
            coalesce({{ ts_epoch(json_text("pushed_at")) }}, {{ ts_utc(json_text("pushed_at")) }}) as seen_at,
            event like 'delete%' as is_deletion,
            {{ json_text("sender_login") }} as sender_login,
            _dlt_load_id
        from refs
        union all
        select
            record_key,
            coalesce(repository_id, repository_name) as repository_ref,
            substr(ref, 11) as tag_name,
            head_sha as commit_sha,
            null as tagged_at,
            pushed_at as seen_at,
            after_sha is null as is_deletion,
            sender_login,
            _dlt_load_id
        from pushes
        union all
        -- the list of tags names the commit; a tag object, if there is one, its time
        select
            record_key,
            repository_name as repository_ref,
            coalesce(
                {{ json_text("name") }}, substr({{ json_text("ref") }}, 11), {{ json_text("tag") }}
            ) as tag_name,
            lower(coalesce(
                {{ json_text("sha") }},
                case when {{ json_text("object_type") }} = 'commit' then {{ json_text("object_sha") }} end
            )) as commit_sha,
            {{ ts_utc(json_text("tagger_at")) }} as tagged_at,
            null as seen_at,
            false as is_deletion,
            null as sender_login,
            _dlt_load_id
        from listed
    ),

    ordered as (
        select
            events.*,
            repository_references.repository_id,
            repository_references.repository_key,
            -- newest first by the vendor's clock, then by content; a deletion ends the second in which it falls
            concat(
                coalesce({{ iso_utc("coalesce(events.seen_at, events.tagged_at)") }}, ''), '|', events.is_deletion, '|',
                coalesce(events.commit_sha, ''), '|', events.record_key
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
            min(seen_at) filter (where not is_deletion) as seen_at,
            -- lineage
            max(_dlt_load_id) as _dlt_load_id
        from ordered
        group by repository_id, tag_name
    )

select * from tags
