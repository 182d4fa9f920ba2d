"""Bitbucket Cloud's webhooks: `X-Hub-Signature`, the HMAC-SHA256 of the body.

Confirmed by Atlassian's published vector. `X-Request-UUID` is seen in deliveries; that a retry keeps it is not
documented. Names of Bitbucket Data Center are known, and kept apart as other events, since its payloads differ.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

OTHERS = """
    issue:comment_created issue:created issue:updated pipeline:span_created project:updated repo:commit_comment_created
    repo:fork
    diagnostics:ping mirror:repo_synchronized pr:comment:added pr:comment:deleted pr:comment:edited pr:declined
    pr:deleted pr:from_ref_updated pr:merged pr:modified pr:opened pr:reviewer:approved pr:reviewer:changes_requested
    pr:reviewer:needs_work pr:reviewer:unapproved pr:reviewer:updated project:modified repo:comment:added
    repo:comment:deleted repo:comment:edited repo:forked repo:modified repo:refs_changed repo:secret_detected
"""
REPOSITORY = ("created", "deleted", "imported", "transfer", "updated")
CHANGED = ("created", "updated", "fulfilled", "rejected", "push")
ACTIVITY = (
    *("approved", "unapproved", "changes_request_created", "changes_request_removed"),
    *("comment_created", "comment_updated", "comment_deleted"),
    *("comment_resolved", "comment_reopened"),
)

WEBHOOK = Webhook(
    proof=proofs.signature("x-hub-signature", prefix="sha256="),
    event=lambda delivery, body: reading.name(delivery.headers.get("x-event-key")),
    table=reading.tables(
        {
            "repo:push": "pushes",
            **{f"repo:{action}": "repositories" for action in REPOSITORY},
            "repo:commit_status_created": "commit_statuses",
            "repo:commit_status_updated": "commit_statuses",
            **{f"pullrequest:{action}": "pull_requests" for action in CHANGED},
            **{f"pullrequest:{action}": "activities" for action in ACTIVITY},
        },
        OTHERS,
    ),
    delivery_id=reading.header_id("x-request-uuid"),
    headers=("x-event-key", "x-event-time", "x-hook-uuid", "x-request-uuid", "x-attempt-number"),
)
