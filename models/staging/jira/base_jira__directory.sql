{#- The lists that name what issues only refer to; small, and read whole each time. -#}
{% set lists = ["projects", "boards", "fields", "statuses"] %}
{% set keep = ["record_key", "entity", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "code": "$.key name",
    "name": "$.name text",
    "category": "$.statusCategory.key word(undefined|new|indeterminate|done)",
    "custom_type": "$.schema.custom text",
    "project_id": "$.location.projectId id",
    "project_code": "$.location.projectKey name",
} %}

with payloads as (
    {%- for list in lists %}
    select record_key, '{{ list }}' as entity, channel, event, received_at, payload, _dlt_load_id
    from {{ source("raw_jira", list) }}
    where event not like '%.gone'
    qualify row_number() over (partition by record_key order by received_at desc) = 1
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

directory as (
    select
        -- ids
        record_key,
        entity,
        {{ json_text("id") }} as id,
        {{ json_text("code") }} as code,
        {{ json_text("project_id") }} as project_id,
        {{ json_text("project_code") }} as project_code,
        -- text
        {{ json_text("name") }} as name,
        {{ json_text("category") }} as category,
        {{ json_text("custom_type") }} as custom_type,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id
    from fields
)

select * from directory
