{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set moment = "text~^[0-9]{1,10}([.][0-9]+)?$" %}
{% set kind = "word(deployment|failed_deployment|incident_opened|incident_acknowledged|incident_mitigated|incident_resolved)" %}
{#- an edit carries the message as it is now in `message` -#}
{% set groups = ["service", "environment", "commit", "version", "repository", "number", "severity", "url"] %}
{% set fields = {
    "channel_id": "@.channel id!",
    "subtype": "@.subtype text",
    "ts": "@.ts " ~ moment ~ "!",
    "thread": "@.thread_ts " ~ moment,
    "edited": "@.edited.ts " ~ moment,
    "author": "@.user text",
    "bot": "@.bot_id text",
    "deleted": "@.deleted_ts " ~ moment,
    "changed": "@.message.ts " ~ moment,
    "changed_thread": "@.message.thread_ts " ~ moment,
    "changed_at": "@.message.edited.ts " ~ moment,
    "changed_by": "@.message.user text",
    "changed_bot": "@.message.bot_id text",
    "kind": "@.fact.kind " ~ kind,
    "changed_kind": "@.message.fact.kind " ~ kind,
} %}
{%- for name in groups -%}
    {%- do fields.update({"told_" ~ name: "@.fact." ~ name ~ " text", "changed_" ~ name: "@.message.fact." ~ name ~ " text"}) -%}
{%- endfor %}

with payloads as (
    {{ new_payloads_once(source("raw_slack", "messages")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="event") }}
),

placed as (
    select
        *,
        {{ json_text("channel_id") }} as channel_ref,
        {{ first_text(["deleted", "changed", "ts"]) }} as message_ts,
        {{ first_text(["changed_at", "edited", "ts"]) }} as version_ts,
        {{ first_text(["changed_kind", "kind"]) }} as fact_kind
    from fields
),

versions as (
    select
        -- ids
        record_key,
        concat('slack:message:', channel_ref, ':', message_ts) as message_key,
        concat('slack:channel:', lower(channel_ref)) as channel_key,
        concat('slack:message:', channel_ref, ':', coalesce({{ first_text(["changed_thread", "thread"]) }}, message_ts)) as thread_key,
        -- what a rule found outlasts what none did, where both were told of the same edit
        concat(
            {{ iso_utc(ts_decimal("version_ts")) }}, '|', case when fact_kind is null then '0' else '1' end, '|',
            {{ content_hash(fields.keys() | list) }}
        ) as version_key,
        -- text
        {{ json_text("subtype") }} as subtype,
        lower(fact_kind) as fact_kind,
        {{ first_text(["changed_by", "author", "changed_bot", "bot"]) }} as author,
        {%- for name in groups %}
        {{ first_text(["changed_" ~ name, "told_" ~ name]) }} as {{ name ~ ("_ref" if name == "commit") }},
        {%- endfor %}
        -- flags
        {{ json_text("deleted") }} is not null as is_deletion,
        -- timestamps
        {{ ts_decimal("message_ts") }} as posted_at,
        {{ ts_decimal("version_ts") }} as written_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from placed
)

select * from versions
