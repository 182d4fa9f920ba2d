"""Which GitHub event lands in which raw table, and what to call a payload that does not say."""

from typing import Any

from pipelines.webhooks.reading import OTHER

TABLES = {
    "pull_request": "pull_requests",
    "pull_request_review": "reviews",
    "pull_request_review_comment": "review_comments",
    "issue_comment": "issue_comments",
    "push": "pushes",
    "create": "refs",
    "delete": "refs",
    "workflow_run": "workflow_runs",
    "workflow_job": "workflow_jobs",
    "deployment": "deployments",
    "deployment_status": "deployment_statuses",
    "release": "releases",
    "issues": "issues",
    "repository": "repositories",
    "dependabot_alert": "dependabot_alerts",
}

# Further events by name, so that a folder or file name is taken for one only where it is one.
OTHER_NAMES = """
    branch_protection_configuration branch_protection_rule check_run check_suite code_scanning_alert commit_comment
    custom_property custom_property_values deploy_key deployment_protection_rule deployment_review
    discussion discussion_comment fork github_app_authorization gollum installation installation_repositories
    installation_target issue_dependencies label marketplace_purchase member membership merge_group meta milestone
    org_block organization package page_build personal_access_token_request ping project project_card project_column
    projects_v2 projects_v2_item projects_v2_status_update public pull_request_review_thread registry_package
    repository_advisory repository_dispatch repository_import repository_ruleset repository_vulnerability_alert
    secret_scanning_alert secret_scanning_alert_location secret_scanning_scan security_advisory security_and_analysis
    sponsorship star status sub_issues team team_add watch workflow_dispatch
"""
OTHER_EVENTS = frozenset(OTHER_NAMES.split())

# The first key that a body has says which event it is, since the specific ones come first: a status carries its
# deployment, a review its pull request.
DISTINCTIVE = {
    "deployment_status": "deployment_status",
    "review": "pull_request_review",
    "thread": "pull_request_review_thread",
    "workflow_job": "workflow_job",
    "workflow_job_run": "deployment_review",
    "check_run": "check_run",
    "check_suite": "check_suite",
    "deployment": "deployment",
    "workflow_run": "workflow_run",
    "release": "release",
    "discussion": "discussion",
    "label": "label",
    "milestone": "milestone",
    "zen": "ping",
    "forkee": "fork",
    "starred_at": "star",
}
REPOSITORY_ACTIONS = frozenset(
    (
        *("created", "deleted", "archived", "unarchived", "edited"),
        *("renamed", "transferred", "publicized", "privatized"),
    )
)
UNKNOWN = "unknown"


def is_event(name: str) -> bool:
    """True for a name that GitHub gives to an event."""
    return name in TABLES or name in OTHER_EVENTS


def table_of(event: str) -> str:
    """The raw table of an event."""
    return TABLES.get(event, OTHER)


def infer(body: dict[str, Any]) -> str:
    """The event that a body must be, from its keys; `unknown` where they fit none."""
    if "comment" in body:
        if "pull_request" in body:
            return "pull_request_review_comment"
        if "issue" in body:
            return "issue_comment"
        return "discussion_comment" if "discussion" in body else "commit_comment"
    # before the labels and milestones that these two may carry at the top as well
    if "issue" in body:
        return "issues"
    if "pull_request" in body and "review" not in body and "thread" not in body:
        return "pull_request"
    alert = body.get("alert")
    if isinstance(alert, dict) and "dependency" in alert:  # other alerts have none
        return "dependabot_alert"
    for key, event in DISTINCTIVE.items():
        if key in body:
            return event
    if "ref_type" in body:
        return "create" if "master_branch" in body else "delete"
    if {"ref", "before", "after"} <= body.keys():
        return "push"
    around = {"action", "changes", "organization", "installation", "enterprise", "sender"}
    if body.get("action") in REPOSITORY_ACTIONS and body.keys() - around == {"repository"}:
        return "repository"
    return UNKNOWN
