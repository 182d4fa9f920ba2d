{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="issue_key") }}

with versions as (
    select *
    from {{ ref("base_gitlab__issues") }}
    {{ touched(ref("base_gitlab__issues"), "issue_key") }}
),

issues as (
    select
        -- ids
        issue_key,
        max_by(record_key, version_key) as record_key,
        max_by(repository_id, version_key) as repository_id,
        coalesce({{ latest("api_author_id") }}, {{ latest("author_id") }}) as author_id,
        {{ latest("moved_to_id") }} as moved_to_id,
        {{ latest("duplicated_to_id") }} as duplicated_to_id,
        'gitlab:epic:' || {{ latest("epic_id") }} as parent_key,
        -- numbers
        try_cast({{ latest("iid") }} as bigint) as number,
        try_cast({{ latest("weight") }} as double) as estimate,
        -- text
        coalesce(lower({{ latest("issue_type") }}), lower({{ latest("hook_type") }})) as type_name,
        {{ latest("state") }} as state,
        nullif(lower({{ latest("severity") }}), 'unknown') as severity_name,
        lower({{ latest("escalation_status") }}) as escalation_status,
        {{ latest("description") }} as description,
        coalesce({{ latest("web_url") }}, {{ latest("hook_url") }}) as url,
        coalesce(max_by(label_names, version_key) filter (where label_names is not null), {{ no_texts() }}) as labels,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as created_at,
        coalesce(
            {{ ts_utc(latest("closed_at")) }},
            max({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("action") }} = 'close'),
            min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("state") }} = 'closed')
        ) as closed_at,
        min({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("escalated_to") }} = 'acknowledged') as acknowledged_at,
        max({{ ts_utc(json_text("updated_at")) }}) filter (where {{ json_text("escalated_to") }} = 'resolved') as escalation_resolved_at,
        -- lineage
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by issue_key
)

select * from issues
