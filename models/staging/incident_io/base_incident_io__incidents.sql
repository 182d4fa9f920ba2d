{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id", "root"] %}
{% set fields = {
    "id": "$.id id!",
    "reference": "$.reference text",
    "mode": "$.mode text",
    "url": "$.permalink text",
    "name": "$.name text",
    "summary": "$.summary text",
    "update_message": "$.most_recent_update_message text",
    "related": "$.related_incidents texts",
    "creator_email": "$.creator.user.email text",
    "creator_id": "$.creator.user.id text",
    "category": "$.incident_status.category word(triage|declined|merged|canceled|live|learning|closed|paused)!",
    "status_name": "$.incident_status.name text",
    "severity": "$.severity object",
    "severity_name": "$.severity.name text",
    "type_name": "$.incident_type.name text",
    "custom_fields": "$.custom_field_entries list",
    "stamps": "$.incident_timestamp_values list",
    "issue_name": "$.external_issue_reference.issue_name text",
    "issue_url": "$.external_issue_reference.issue_permalink text",
    "postmortem_url": "$.postmortem_document_url text",
    "channel_url": "$.slack_channel_url text",
    "call_url": "$.call_url text",
    "created_at": "$.created_at time!",
    "updated_at": "$.updated_at time!",
} %}

with landed as (
    select *
    from ({{ new_payloads_once(source("raw_incident_io", "incidents")) }})
    -- of a private incident a webhook tells the id alone
    where event not like 'private!_%' escape '!'
),

-- where the incident stands in the payload
payloads as (
    select
        record_key, channel, event, received_at, _dlt_load_id,
        case
            when channel = 'api' then '$'
            when event like '%.incident!_status!_updated!_%' escape '!' then concat('$.', event, '.incident')
            else concat('$.', event)
        end as root,
        case
            when channel = 'api' then payload
            when event like '%.incident!_status!_updated!_%' escape '!'
                then {{ json_member(json_member("payload", "event"), "'incident'") }}
            else {{ json_member("payload", "event") }}
        end as payload
    from landed
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, at="root") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('incident_io:incident:', {{ json_text("id") }}) as incident_key,
        {{ version_key(json_text("updated_at"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- what it is
        lower({{ json_text("category") }}) as category,
        case when {{ json_text("severity") }} is not null then {{ json_text("severity_name") }} end as severity_name,
        {{ first_text(["creator_email", "creator_id"]) }} as creator,
        {{ ts_utc(json_text("created_at")) }} as created_at,
        {{ ts_utc(json_text("updated_at")) }} as updated_at,
        -- fields, as JSON fragments
        reference,
        mode,
        url,
        name,
        summary,
        update_message,
        related,
        status_name,
        type_name,
        custom_fields,
        stamps,
        issue_name,
        issue_url,
        postmortem_url,
        channel_url,
        call_url
    from fields
)

select * from versions
