{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{#- column, its path and its kind; in structured mode the same lies below `data` -#}
{% set names = {
    "event_id": "context.id name",
    "event_source": "context.source name",
    "event_type": "context.type text~^dev[.]cdevents[.]",
    "told_at": "context.timestamp time",
    "subject_id": "subject.id name",
    "subject_source": "subject.source text",
    "environment": "subject.content.environment.id text",
    "artifact": "subject.content.artifactId text",
    "repository": "subject.content.repository.id text",
    "repository_source": "subject.content.repository.source text",
    "change_source": "subject.content.change.source text",
    "service": "subject.content.service.id text",
    "pipeline_name": "subject.content.pipelineName text",
    "task_name": "subject.content.taskName text",
    "pipeline_run": "subject.content.pipelineRun.id text",
    "pipeline_run_source": "subject.content.pipelineRun.source text",
    "outcome": "subject.content.outcome text",
    "uri": "subject.content.uri text",
    "url": "subject.content.url text",
    "ticket_uri": "subject.content.ticketURI text",
    "ticket_type": "subject.content.ticketType text",
    "ticket_group": "subject.content.group text",
    "creator": "subject.content.creator text",
    "priority": "subject.content.priority text",
    "resolution": "subject.content.resolution text",
    "labels": "subject.content.labels texts",
} %}
{% set needed = ["event_id", "event_source", "event_type", "told_at", "subject_id"] %}
{% set fields = {} %}
{% for name, path in names.items() %}
    {%- set rule = path ~ ("!" ~ name if name in needed else "") -%}
    {%- do fields.update({name: "$." ~ rule, "data_" ~ name: "$.data." ~ rule}) -%}
{% endfor %}

with payloads as (
    {{ new_payloads_once(source("raw_cdevents", "events")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

events as (
    select
        -- ids
        record_key,
        {{ first_text(["subject_source", "data_subject_source", "event_source", "data_event_source"]) }}
        || '#' || {{ first_text(["subject_id", "data_subject_id"]) }} as subject_key,
        {% for name in names if name not in ["told_at", "event_type", "labels", "subject_source"] -%}
        {{ first_text([name, "data_" ~ name]) }} as {{ name }},
        {% endfor -%}
        -- what happened: `dev.cdevents.<subject>.<predicate>.<version>`
        split_part({{ first_text(["event_type", "data_event_type"]) }}, '.', 3) as subject,
        split_part({{ first_text(["event_type", "data_event_type"]) }}, '.', 4) as predicate,
        coalesce(labels, data_labels) as labels,
        -- timestamps
        {{ ts_utc(first_text(["told_at", "data_told_at"])) }} as occurred_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        coalesce(is_set_aside, false) as is_set_aside
    from fields
)

select * from events
