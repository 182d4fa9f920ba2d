{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="build_key") }}
{% set is_end = json_text("status") ~ " in ('success', 'failed', 'canceled', 'skipped')" %}

with versions as (
    select *
    from {{ ref("base_gitlab__pipelines") }}
    {{ touched(ref("base_gitlab__pipelines"), "build_key") }}
),

pipelines as (
    select
        -- ids
        build_key,
        max_by(record_key, version_key) as record_key,
        max_by(repository_id, version_key) as repository_id,
        {{ latest("user_id") }} as user_id,
        lower({{ latest("sha") }}) as commit_sha,
        -- a pipeline of another project starts this one as anything else does; only a child is part of its parent
        case when {{ latest("trigger_source") }} = 'parent_pipeline' then 'gitlab:pipeline:' || {{ latest("parent_pipeline_id") }} end as parent_key,
        -- text
        {{ latest("name") }} as name,
        {{ latest("trigger_source") }} as trigger_source,
        -- the API names a merge request's ref, a webhook its branch
        max_by({{ json_text("ref") }}, version_key) filter (where {{ json_text("ref") }} not like 'refs/%') as branch,
        {{ latest("status") }} as status,
        coalesce({{ latest("web_url") }}, {{ latest("hook_url") }}) as url,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as created_at,
        max({{ ts_utc(json_text("finished_at")) }}) filter (where {{ is_end }}) as finished_at,
        min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ is_end }}) as seen_finished_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by build_key
)

select * from pipelines
