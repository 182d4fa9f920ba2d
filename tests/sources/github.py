"""GitHub: octokit's recorded webhooks, all of them, and the API as GitHub describes it; some objects are followed."""

import json
from collections.abc import Iterator

from tests import github_documented
from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person

EXAMPLES = Package(
    "npm",
    "@octokit/webhooks-examples",
    "7.6.1",
    "89e6cb1c6345d32e3dd775617fa54effbdc26c859e514898d7728e95e9738280",
)
HELLO = "github.com/codertocat/hello-world"
HEAD = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"


def recorded() -> Iterator[Delivery]:
    """All 329 payloads of 58 events."""
    index = EXAMPLES.path() / "package" / "api.github.com" / "index.json"
    for event in json.loads(index.read_text()):
        for body in event["examples"]:
            yield Delivery(body, {"X-GitHub-Event": event["name"]})


ROWS = {
    "repositories": [{"repository_key": HELLO, "default_branch": "master", "is_deleted": False}],
    "changes": [
        {
            "change_key": "github:186853002:2",
            "repository_key": HELLO,
            "change_number": 2,
            "actor_key": person("Codertocat"),
            "merge_commit_sha": None,
            "target_branch": "master",
            "lines_added": 1,
            "is_bot": False,
            "opened_at": "2019-05-15 15:20:33",
            "merged_at": None,
            "closed_at": "2019-05-15 15:21:18",
        },
        {
            "change_key": "github:1296269:1347",
            "change_number": 1347,
            "actor_key": person("octocat"),
            "target_branch": "master",
            "lines_added": 100,
            "opened_at": "2011-01-26 19:01:12",
            "merged_at": "2011-01-26 19:01:12",
        },
    ],
    "reviews": [
        {"review_key": "github:review:237895671", "kind": "dismissed", "is_bot": False},
        {"review_key": "github:review_comment:284312630", "kind": "commented"},
        {
            "review_key": "github:review:80",
            "kind": "approved",
            "submitted_at": "2019-11-17 17:43:43",
        },
    ],
    "builds": [
        {
            "build_key": "github:run:289782451:1",
            "kind": "run",
            "outcome": "success",
            "finished_at": "2020-10-05 16:33:24",
        },
        {
            "build_key": "github:job:399444496",
            "kind": "job",
            "outcome": "success",
            "finished_at": "2020-01-20 17:44:39",
        },
    ],
    "deployments": [
        {
            "candidate_key": "github:deployment:145988746",
            "kind": "deployment",
            "environment_name": "github-pages",
            "outcome": None,
            "finished_at": None,
        },
        {"candidate_key": "github:release:17372790", "tag_name": "0.0.1", "is_deleted": True},
        {"candidate_key": "github:tag:186853002:simple-tag", "commit_sha": HEAD},
    ],
    "work_items": [
        # it was deleted, and another one moved away
        {"work_item_key": "github:186853002:issue:1", "labels": ["bug"], "is_deleted": True},
        {"work_item_key": "github:17273051:issue:1", "state": "open", "is_deleted": True},
    ],
    "vulnerabilities": [
        {
            "vulnerability_key": "github:1296269:dependabot_alert:1",
            "repository_key": "github.com/octocat/hello-world",
            "severity_name": "medium",
            "state": "fixed",
            "opened_at": "2022-06-14 15:21:52",
            "fixed_at": "2022-06-15 13:55:40",
            "dismissed_at": None,
        },
        {
            "vulnerability_key": "github:512875663:dependabot_alert:20",
            "severity_name": "medium",
            "state": "open",
            "opened_at": "2023-06-24 13:57:12",
            "fixed_at": None,
            "dismissed_at": None,
        },
        {
            "vulnerability_key": "github:1296269:dependabot_alert:2",
            "severity_name": "high",
            "state": "dismissed",
            "opened_at": "2022-06-15 07:43:03",
            "fixed_at": None,
            "dismissed_at": "2022-08-23 14:29:47",
        },
    ],
    "measurements": [
        {
            "name": "copilot_active_users",
            "measured_at": "2025-10-01 00:00:00",
            "value": 2.0,
            "unit": "users",
            "team_name": None,
        },
        {"name": "copilot_lines_suggested", "value": 35.0, "unit": "lines"},
        {"name": "copilot_pull_requests_merged", "value": 1.0, "unit": "pull requests"},
        {"name": "copilot_prompts", "value": 0.0},
        {"name": "copilot_seats", "value": 12.0, "unit": "seats"},
        {"name": "copilot_inactive_seats", "value": 11.0},
    ],
    "work_item_transitions": [
        {
            "work_item_key": "github:186853002:issue:1",
            "kind": "labeled",
            "label": "bug",
            "occurred_at": "2019-05-15 15:20:18",
        }
    ],
}

BY_WEBHOOK = (*(entity for entity in ROWS if entity != "measurements"), "commits", "commit_paths")
BY_API = (
    *("changes", "change_commits", "commits", "commit_parents", "reviews", "builds", "deployments"),
    *("repositories", "vulnerabilities"),
)

CASE = Case(
    source="github",
    webhooks=recorded,
    answered=github_documented.land,
    rows=ROWS,
    among_others=(
        *("repositories", "reviews", "builds", "deployments", "work_item_transitions"),
        "measurements",
    ),
    provenance=[
        Provenance(
            "recorded",
            package=EXAMPLES,
            covers=[(entity, "webhook") for entity in BY_WEBHOOK],
        ),
        Provenance(
            "documented",
            package=github_documented.OPENAPI,
            covers=[(entity, "api") for entity in BY_API],
        ),
        Provenance(
            "documented",
            url="https://docs.github.com/en/copilot/reference/copilot-usage-metrics/example-schema",
            covers=[("measurements", "api")],
        ),
    ],
)
