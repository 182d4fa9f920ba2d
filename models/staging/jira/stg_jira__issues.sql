{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="issue_key") }}

{#- blocks of rich text begin a line; of the rest its texts and addresses are read -#}
{% set blocks = '"type":"(paragraph|heading|listItem|hardBreak|tableRow|codeBlock)"' %}
{#- objects of the cloud, texts of the server: `…Sprint@1a2b[id=7,rapidViewId=2,…]` -#}
{% set sprint_ids = list_plus(json_texts("field_value", "$[*].id"), re_all("cast(field_value as varchar)", "[\\[,]id=([0-9]+)")) %}
{% set words = '"(?:text|url|href)":"((?:[^"\\\\]|\\\\.)*)"' %}

with custom_fields as (select * from {{ ref("stg_jira__custom_fields") }}),

known_fields as (
    select coalesce({{ agg_text("concat(role, field_id)", "role, field_id") }}, '') as fields_read from custom_fields
),

versions as (
    select *
    from {{ ref("base_jira__issues") }}
    {{ touched(ref("base_jira__issues"), "issue_key") }}
    {%- if is_incremental() %}
    -- a field that is told what it is later is read anew in all issues
    or (is_set_aside is not true and (select fields_read from known_fields) <> (select coalesce(max(fields_read), '') from {{ this }}))
    {%- endif %}
),

merged as (
    select
        issue_key,
        max_by(record_key, version_key) as record_key,
        {{ latest("key") }} as key,
        {{ latest("issue_link") }} as issue_link,
        {{ latest("project_id") }} as project_id,
        {{ latest("project_code") }} as project_code,
        coalesce({{ latest("creator_email") }}, {{ latest("creator_account") }}, {{ latest("creator_name") }}) as creator,
        {{ latest("type_name") }} as type_name,
        {{ latest("status_id") }} as status_id,
        {{ latest("status_name") }} as status_name,
        lower({{ latest("status_category") }}) as status_category,
        {{ latest("resolution_name") }} as resolution_name,
        {{ latest("priority_name") }} as priority_name,
        {{ latest("parent_id") }} as parent_id,
        {{ json_texts(latest_fragment("labels"), "$[*]") }} as labels,
        {{ json_texts(latest_fragment("components"), "$[*].name") }} as components,
        {{ latest_fragment("description") }} as description,
        coalesce(bool_or(event = 'jira:issue_deleted'), false) as is_deleted,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("updated_at")) }} as updated_at,
        {{ ts_utc(latest("category_changed_at")) }} as category_changed_at,
        {{ ts_utc(latest("resolved_at")) }} as resolved_at,
        count(*) as version_count,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by issue_key
),

newest_payloads as (
    select raw.record_key, max(raw.channel) as channel, max_by(raw.payload, raw._dlt_id) as payload
    from {{ source("raw_jira", "issues") }} as raw
    where raw.record_key in (select record_key from merged)
    group by raw.record_key
),

newest_fields as ({{ json_fields("newest_payloads", "payload", {"held": "@.fields"}, ["record_key", "channel"], object="issue") }}),

custom_values as (
    select newest_fields.record_key, custom_fields.role, {{ json_member("newest_fields.held", "custom_fields.field_id") }} as field_value
    from newest_fields
    cross join custom_fields
),

customs as (
    select
        record_key,
        max(case when role = 'estimate' then try_cast({{ json_text("field_value") }} as double) end) as estimate,
        max(case when role = 'epic' then {{ json_text("field_value") }} end) as epic,
        max(case when role = 'severity' then {{ json_at("field_value", "$.value") }} end) as severity_name,
        max(case when role = 'sprint' then {{ sprint_ids }} end) as sprint_ids
    from custom_values
    group by record_key
),

issues as (
    select
        merged.issue_key,
        merged.record_key,
        merged.key,
        merged.issue_link,
        merged.project_id,
        merged.project_code,
        merged.creator,
        merged.type_name,
        merged.status_id, merged.status_name, merged.status_category,
        merged.resolution_name,
        merged.priority_name,
        merged.parent_id,
        merged.labels,
        merged.components,
        merged.is_deleted,
        merged.created_at,
        merged.updated_at,
        merged.category_changed_at,
        merged.resolved_at,
        merged.version_count,
        merged._dlt_load_id,
        case
            when merged.description like '"%' then {{ json_text("merged.description") }}
            else replace({{ list_text_by(re_all(re_replace("cast(merged.description as varchar)", blocks, '"text":"¶"'), words), "' '") }}, '¶', chr(10))
        end as description,
        customs.estimate,
        customs.epic,
        customs.severity_name,
        coalesce(customs.sprint_ids, {{ no_texts() }}) as sprint_ids,
        known_fields.fields_read
    from merged
    left join customs on merged.record_key = customs.record_key
    cross join known_fields
)

select * from issues
