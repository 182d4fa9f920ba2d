{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="review_key") }}

with review_versions as (
    select
        review_key, record_key, version_key, repository_id, repository_name, user_login, _dlt_load_id, html_url,
        state,
        pull_request_url as parent_url,
        submitted_at
    from {{ ref("base_github__reviews") }}
    {{ touched(ref("base_github__reviews"), "review_key") }}
),

review_comment_versions as (
    select
        review_key, record_key, version_key, repository_id, repository_name, user_login, _dlt_load_id, html_url,
        '"commented"' as state,
        pull_request_url as parent_url,
        created_at as submitted_at
    from {{ ref("base_github__review_comments") }}
    {{ touched(ref("base_github__review_comments"), "review_key") }}
),

issue_comment_versions as (
    select
        review_key, record_key, version_key, repository_id, repository_name, user_login, _dlt_load_id, html_url,
        '"commented"' as state,
        issue_url as parent_url,
        created_at as submitted_at
    from {{ ref("base_github__issue_comments") }}
    {{ touched(ref("base_github__issue_comments"), "review_key") }}
),

versions as (
    select * from review_versions
    union all
    select * from review_comment_versions
    union all
    select * from issue_comment_versions
),

review_events as (
    select
        -- ids
        review_key,
        max_by(record_key, version_key) as record_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        {{ actor_key(latest("user_login")) }} as actor_key,
        -- numbers
        try_cast(regexp_extract({{ latest("parent_url") }}, '/(?:pulls|issues)/([0-9]+)', 1) as bigint) as change_number,
        -- text
        lower({{ latest("state") }}) as state,
        -- flags: a comment on an issue has another address than one on a pull request
        coalesce({{ latest("html_url") }} like '%/pull/%', {{ latest("parent_url") }} like '%/pulls/%') as is_on_change,
        -- timestamps
        {{ ts_utc(latest("submitted_at")) }} as submitted_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by review_key
)

select * from review_events
