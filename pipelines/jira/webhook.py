"""Jira's admin webhooks: `X-Hub-Signature`, the HMAC-SHA256 of the body. Confirmed by Atlassian's published vector."""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

OTHERS = """
    app_access_to_objects_blocked app_access_to_objects_in_container_blocked attachment_created attachment_deleted
    board_configuration_changed board_created board_deleted board_updated comment_created comment_deleted
    comment_updated filter_created filter_deleted filter_updated issue_property_deleted issue_property_set
    issuelink_created issuelink_deleted issuetype_created issuetype_deleted issuetype_updated
    jira:worklog_updated jira_expression_evaluation_failed option_attachments_changed option_issuelinks_changed
    option_subtasks_changed option_timetracking_changed option_unassigned_issues_changed option_voting_changed
    option_watching_changed project_archived project_created project_deleted project_restored_archived
    project_restored_deleted project_soft_deleted project_updated user_created user_deleted user_updated
    worklog_created worklog_deleted worklog_updated
"""
ISSUE = ("created", "updated", "deleted")
SPRINT = ("created", "updated", "deleted", "started", "closed")
VERSION = ("created", "updated", "deleted", "released", "unreleased", "moved", "merged")

WEBHOOK = Webhook(
    proof=proofs.signature("x-hub-signature", prefix="sha256="),
    event=lambda delivery, body: reading.name(body.get("webhookEvent")),
    table=reading.tables(
        {
            **{f"jira:issue_{action}": "issues" for action in ISSUE},
            **{f"sprint_{action}": "sprints" for action in SPRINT},
            **{f"jira:version_{action}": "versions" for action in VERSION},
        },
        OTHERS,
    ),
    delivery_id=reading.header_id("x-atlassian-webhook-identifier"),
    headers=(
        *("x-atlassian-webhook-identifier", "x-atlassian-webhook-flow"),
        "x-atlassian-webhook-retry",
    ),
)
