"""GitLab's webhooks: Standard Webhooks where the hook has a signing token, else the secret itself in `X-Gitlab-Token`.

Confirmed: headers and content of both by GitLab's documentation; no vector is published. Approvals are actions of
merge requests, incidents a kind of issue.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook

OTHERS = """
    access_token deploy_key emoji feature_flag gollum group_create group_destroy group_rename key_create key_destroy
    member_approval milestone repository_update resource_access_token subgroup_create subgroup_destroy
    user_access_request_denied user_access_request_revoked user_access_request_to_group user_add_to_group
    user_add_to_team user_create user_destroy user_failed_login user_remove_from_group user_remove_from_team
    user_rename user_update_for_group user_update_for_team vulnerability wiki_page
"""
# What group and system hooks say of a project as a whole.
PROJECTS = (
    "project_create",
    "project_destroy",
    "project_rename",
    "project_transfer",
    "project_update",
)


def event(delivery: Delivery, body: Body) -> str:
    """The kind of object with what was done to it, `merge_request.merge`."""
    action = reading.at(body, "object_attributes.action") or body.get("action")
    return reading.name(body.get("object_kind") or body.get("event_name"), action)


WEBHOOK = Webhook(
    proof=proofs.any_of(proofs.standard_webhooks, proofs.secret_in("x-gitlab-token")),
    event=event,
    table=reading.tables(
        {
            "push": "pushes",
            "tag_push": "tag_pushes",
            "merge_request": "merge_requests",
            "note": "notes",
            "pipeline": "pipelines",
            "build": "jobs",
            "deployment": "deployments",
            "release": "releases",
            "issue": "issues",
            "work_item": "issues",
            **dict.fromkeys(PROJECTS, "projects"),
        },
        OTHERS,
    ),
    delivery_id=reading.first_of(
        reading.header_id("webhook-id"), reading.header_id("idempotency-key")
    ),
    headers=(
        *("x-gitlab-event", "x-gitlab-event-uuid", "x-gitlab-webhook-uuid", "x-gitlab-instance"),
        *("idempotency-key", "webhook-id", "webhook-timestamp"),
    ),
)
