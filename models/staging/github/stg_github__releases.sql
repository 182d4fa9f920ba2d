{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="candidate_key") }}

with versions as (
    select *
    from {{ ref("base_github__releases") }}
    {{ touched(ref("base_github__releases"), "candidate_key") }}
),

releases as (
    select
        -- ids
        candidate_key,
        max_by(record_key, version_key) as record_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        {{ actor_key(latest("author_login")) }} as actor_key,
        -- text
        {{ latest("tag_name") }} as tag_name,
        {{ latest("target_commitish") }} as target_commitish,
        {{ latest("html_url") }} as url,
        -- flags
        coalesce(try_cast({{ latest("draft") }} as boolean), false) as is_draft,
        coalesce(try_cast({{ latest("prerelease") }} as boolean), false) as is_prerelease,
        -- a release that is deleted does not come back; one that is taken back to draft may
        coalesce(bool_or(action = 'deleted'), false) as is_deleted,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("published_at")) }} as published_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by candidate_key
)

select * from releases
