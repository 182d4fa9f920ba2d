{% set fields = {
    "id": "$.id", "status": "$.status", "automated": "$.isAutomated", "approver": "$.approvedBy.uniqueName",
    "created_at": "$.createdOn", "modified_at": "$.modifiedOn",
} %}
{% set keep = ["candidate_key", "project", "definition", "environment_name", "requester", "url", "record_key", "_dlt_load_id"] %}

with deployments as (
    select *
    from {{ ref("base_azure_devops__deployments") }}
    where is_set_aside is not true
    qualify row_number() over (partition by candidate_key order by version_key desc, record_key) = 1
),

listed as (
    select {{ keep | join(', ') }}, queued_at, approval
    from deployments, {{ explode(json_list("approvals"), "approval") }}
),

asked as (
    {{ json_fields("listed", "approval", fields, keep + ["queued_at"]) }}
),

approvals as (
    select
        'azure_devops' as source,
        -- ids
        concat('azure_devops:approval:', project, ':', {{ json_text("id") }}) as approval_key,
        'deployment' as subject_kind,
        candidate_key as subject_key,
        -- text
        definition as service_name,
        environment_name,
        case lower({{ json_text("status") }})
            when 'pending' then 'pending' when 'approved' then 'approved' when 'rejected' then 'rejected' else 'cancelled'
        end as state,
        -- timestamps
        coalesce({{ ts_utc(json_text("created_at")) }}, queued_at) as requested_at,
        case when lower({{ json_text("status") }}) <> 'pending' then {{ ts_utc(json_text("modified_at")) }} end as decided_at,
        -- people
        case when lower({{ json_text("status") }}) <> 'pending' then {{ actor_key(json_text("approver")) }} end as actor_key,
        {{ actor_key("requester") }} as requester_key,
        url,
        -- lineage
        record_key,
        _dlt_load_id
    from asked
    -- a stage that needs nobody has one that is approved by itself
    where coalesce({{ json_text("automated") }}, 'false') <> 'true'
        and {{ json_text("id") }} is not null
    qualify row_number() over (partition by project, {{ json_text("id") }} order by candidate_key) = 1
)

select * from approvals
