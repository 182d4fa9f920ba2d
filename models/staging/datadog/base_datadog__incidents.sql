{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "id": "$.id id!",
    "public_id": "$.attributes.public_id id",
    "slug": "$.attributes.fields.slug.value text",
    "title": "$.attributes.title text",
    "state": "$.attributes.state text",
    "severity": "$.attributes.severity text",
    "services": "$.attributes.fields.services.value json",
    "teams": "$.attributes.fields.teams.value json",
    "detection_method": "$.attributes.fields.detection_method.value text",
    "root_cause": "$.attributes.fields.root_cause.value text",
    "summary": "$.attributes.fields.summary.value text",
    "is_test": "$.attributes.is_test flag",
    "archived": "$.attributes.archived time",
    "detected": "$.attributes.detected time",
    "created": "$.attributes.created time",
    "declared": "$.attributes.declared time",
    "resolved": "$.attributes.resolved time",
    "impact_ended": "$.attributes.customer_impact_end time",
    "modified": "$.attributes.modified time",
    "creator": "$.relationships.created_by_user.data.id id",
    "gone_at": "$.gone_at time",
} %}

with payloads as (
    select *
    from ({{ new_payloads_once(source("raw_datadog", "incidents")) }})
    -- a webhook has the monitors' form, and the API tells it all
    where channel = 'api'
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

incidents as (
    select
        -- ids
        record_key,
        concat('datadog:incident:', {{ json_text("id") }}) as incident_key,
        {{ version_key(first_text(["gone_at", "modified"]), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        coalesce(nullif(slug, 'null'), public_id) as number,
        title,
        state,
        severity,
        services,
        teams,
        detection_method,
        root_cause,
        summary,
        is_test,
        archived,
        detected,
        created,
        declared,
        resolved,
        impact_ended,
        creator,
        {{ ts_utc(json_text("modified")) }} as modified_at
    from fields
)

select * from incidents
