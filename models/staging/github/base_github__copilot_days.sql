{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "organisation": "$._organisation name!",
    "day": "$.day time!",
    "report_end_day": "$._report_end_day time",
    "active_users": "$.daily_active_users count",
    "weekly_active_users": "$.weekly_active_users count",
    "monthly_active_users": "$.monthly_active_users count",
    "active_cli_users": "$.daily_active_cli_users count",
    "monthly_active_chat_users": "$.monthly_active_chat_users count",
    "monthly_active_agent_users": "$.monthly_active_agent_users count",
    "prompts": "$.user_initiated_interaction_count count",
    "suggestions": "$.code_generation_activity_count count",
    "acceptances": "$.code_acceptance_activity_count count",
    "lines_suggested": "$.loc_suggested_to_add_sum count",
    "lines_added": "$.loc_added_sum count",
    "lines_deleted": "$.loc_deleted_sum count",
    "pull_requests": "$.pull_requests object",
    "pull_requests_created": "$.pull_requests.total_created_by_copilot count",
    "pull_requests_merged": "$.pull_requests.total_merged_created_by_copilot count",
    "pull_requests_reviewed": "$.pull_requests.total_reviewed_by_copilot count",
} %}

with payloads as (
    {{ new_payloads_once(source("raw_github", "copilot_days")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        {{ json_text("organisation") }} as organisation,
        {{ json_text("day") }} as day,
        {{ version_key(json_text("report_end_day"), fields.keys() | list) }} as version_key,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside,
        -- fields, as JSON fragments
        active_users,
        weekly_active_users,
        monthly_active_users,
        active_cli_users,
        monthly_active_chat_users,
        monthly_active_agent_users,
        prompts,
        suggestions,
        acceptances,
        lines_suggested,
        lines_added,
        lines_deleted,
        pull_requests_created,
        pull_requests_merged,
        pull_requests_reviewed
    from fields
)

select * from versions
