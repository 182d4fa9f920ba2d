{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id", "root"] %}
{% set fields = {
    "id": "$.id id!",
    "incident_id": "$.incident_id id!known",
    "status": "$.status word(outstanding|completed|not_doing|deleted)!known",
    "issue_url": "$.external_issue_reference.issue_permalink text",
    "created_at": "$.created_at time",
    "completed_at": "$.completed_at time",
    "updated_at": "$.updated_at time",
    "gone_at": "$.gone_at time!known",
} %}

with payloads as (
    select
        record_key, channel, event, received_at, _dlt_load_id,
        case when channel = 'api' then '$' else concat('$.', event) end as root,
        case when channel = 'api' then payload else {{ json_member("payload", "event") }} end as payload
    from ({{ new_payloads_once(source("raw_incident_io", "follow_ups")) }})
    where event not like 'private!_%' escape '!'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, at="root") }}
),

versions as (
    select
        -- ids
        record_key,
        concat('incident_io:follow_up:', {{ json_text("id") }}) as action_key,
        {{ version_key(first_text(["gone_at", "updated_at"]), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        incident_id,
        status,
        issue_url,
        created_at,
        completed_at,
        gone_at
    from fields
)

select * from versions
