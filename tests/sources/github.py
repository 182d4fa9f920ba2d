"""GitHub: octokit's recorded webhooks, all of them; some objects are followed to staging."""

import json
from collections.abc import Iterator

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
        }
    ],
    "reviews": [
        {"review_key": "github:review:237895671", "kind": "dismissed", "is_bot": False},
        {"review_key": "github:review_comment:284312630", "kind": "commented"},
    ],
    "builds": [
        {
            "build_key": "github:run:289782451:1",
            "kind": "run",
            "outcome": "success",
            "finished_at": "2020-10-05 16:33:24",
        }
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
    "work_item_transitions": [
        {
            "work_item_key": "github:186853002:issue:1",
            "kind": "labeled",
            "label": "bug",
            "occurred_at": "2019-05-15 15:20:18",
        }
    ],
}

CASE = Case(
    source="github",
    webhooks=recorded,
    rows=ROWS,
    among_others=("repositories", "builds", "deployments", "work_item_transitions"),
    provenance=[
        Provenance(
            "recorded",
            package=EXAMPLES,
            covers=[(entity, "webhook") for entity in (*ROWS, "commits", "commit_paths")],
        )
    ],
)
