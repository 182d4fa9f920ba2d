with versions as (select * from {{ ref("base_servicenow__approvals") }} where is_set_aside is not true),

change_versions as (select * from {{ ref("base_servicenow__change_requests") }} where is_set_aside is not true),

change_requests as (
    select
        change_request_key,
        coalesce(nullif({{ latest("service_name") }}, ''), nullif({{ latest("item_name") }}, '')) as service_name,
        nullif({{ latest("requested_by") }}, '') as requested_by
    from change_versions
    group by change_request_key
),

-- when it came to the state that it has
approvals as (
    select
        approval_key,
        {{ latest("id") }} as id,
        {{ latest("state") }} as state,
        {{ latest("subject") }} as subject,
        {{ latest("source_table") }} as source_table,
        {{ latest("approver") }} as approver,
        {{ latest("page") }} as page,
        regexp_extract({{ latest("approver_link") }}, '^https?://[^/]+', 0) as instance,
        min(created_at) as created_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by approval_key
),

decided as (
    select approvals.approval_key, min(versions.updated_at) as decided_at
    from versions
    inner join approvals on versions.approval_key = approvals.approval_key and {{ json_text("versions.state") }} = approvals.state
    group by approvals.approval_key
),

named as (
    select
        approvals.*,
        'servicenow:change_request:' || approvals.subject as subject_key,
        case
            when approvals.state in ('approved', 'rejected') then approvals.state
            when approvals.state = 'requested' then 'pending'
            else 'cancelled'
        end as outcome
    from approvals
    -- `not requested` waits for its turn; nobody was asked yet
    where coalesce(approvals.source_table, '') in ('', 'change_request') and approvals.subject <> '' and approvals.state <> 'not requested'
)

select
    'servicenow' as source,
    -- ids
    named.approval_key,
    'change_request' as subject_kind,
    named.subject_key,
    change_requests.service_name,
    cast(null as {{ dbt.type_string() }}) as environment_name,
    named.outcome as state,
    -- timestamps
    named.created_at as requested_at,
    case when named.outcome <> 'pending' then decided.decided_at end as decided_at,
    -- people
    {{ actor_key("nullif(named.approver, '')") }} as actor_key,
    {{ actor_key("change_requests.requested_by") }} as requester_key,
    coalesce(named.page, nullif(named.instance, '') || '/nav_to.do?uri=sysapproval_approver.do?sys_id=' || named.id) as url,
    -- lineage
    named.record_key,
    named._dlt_load_id
from named
inner join decided on named.approval_key = decided.approval_key
left join change_requests on named.subject_key = change_requests.change_request_key
