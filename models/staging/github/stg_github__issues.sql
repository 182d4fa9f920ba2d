{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="issue_key") }}

with versions as (
    select *
    from {{ ref("base_github__issues") }}
    {{ touched(ref("base_github__issues"), "issue_key") }}
),

issues as (
    select
        -- ids
        issue_key,
        max_by(record_key, version_key) as record_key,
        coalesce(max(repository_id), max(repository_name)) as repository_ref,
        {{ actor_key(latest("user_login")) }} as actor_key,
        -- numbers
        try_cast({{ latest("number") }} as bigint) as number,
        -- text
        {{ latest("type_name") }} as type_name,
        {{ latest("state") }} as state,
        {{ latest("state_reason") }} as state_reason,
        {{ latest("body") }} as body,
        {{ latest("html_url") }} as url,
        {{ json_texts(latest_fragment("labels"), "$[*].name") }} as labels,
        -- flags
        coalesce(bool_or(action in ('deleted', 'transferred')), false) as is_deleted,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("closed_at")) }} as closed_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by issue_key
)

select * from issues
