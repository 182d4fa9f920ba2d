"""What GitHub's API answers about what webhooks told: the same objects at the root, as thin as in its lists."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipelines import landing
from pipelines.github import backfill
from pipelines.rest import ledger
from tests.github_server import Forge

Item = dict[str, Any]

# Event → raw table and the object's place in the webhook. Pushes, branches and renames the API does not tell.
OBJECTS = {
    "pull_request": [("pull_requests", "pull_request")],
    "pull_request_review": [("reviews", "review")],
    "pull_request_review_comment": [("review_comments", "comment")],
    "issue_comment": [("issue_comments", "comment")],
    "workflow_run": [("workflow_runs", "workflow_run")],
    "workflow_job": [("workflow_jobs", "workflow_job")],
    "deployment": [("deployments", "deployment")],
    "deployment_status": [
        ("deployment_statuses", "deployment_status"),
        ("deployments", "deployment"),
    ],
    "release": [("releases", "release")],
    "issues": [("issues", "issue")],
    "dependabot_alert": [("dependabot_alerts", "alert")],
}
# What a webhook says by its action, the API lists as an event of the issue.
STEPS = {
    "labeled": "labeled",
    "unlabeled": "unlabeled",
    "closed": "closed",
    "reopened": "reopened",
    "ready_for_review": "ready_for_review",
    "converted_to_draft": "convert_to_draft",
}
# The API has no trace of these.
ONLY_WEBHOOKS = ("deleted", "transferred", "unpublished")
MINIMAL = ("id", "node_id", "name", "full_name", "owner", "html_url", "url")


def answers(event: str, body: Item) -> list[tuple[str, Item]]:
    """Raw tables with the items that the API would list right after a webhook; none where it tells nothing of it."""
    if body.get("action") in ONLY_WEBHOOKS:
        return []
    found = [(table, thin(table, body[name])) for table, name in OBJECTS.get(event, [])]
    step = STEPS.get(body.get("action", ""))
    if step and event in ("pull_request", "issues"):
        found.append(("issue_events", issue_event(step, body)))
    return found


def thin(table: str, item: Item) -> Item:
    """An object as a list has it: accounts and repositories are cut down, a review's state is in capitals."""
    item = dict(item)
    if table == "reviews":
        item["state"] = item["state"].upper()
        item.pop("updated_at", None)
    if table == "workflow_runs":
        item["repository"] = {
            name: item["repository"][name] for name in MINIMAL if name in item["repository"]
        }
    if table in ("deployments", "deployment_statuses"):
        item.setdefault(
            "repository_url", item.get("deployment_url", item.get("url")).split("/deployments/")[0]
        )
    return item


def issue_event(step: str, body: Item) -> Item:
    """The event of an issue or pull request that a webhook's action is."""
    item = body.get("issue") or body["pull_request"]
    moment = item["closed_at"] if step == "closed" else item["updated_at"]
    label = body.get("label") or {}
    number = zlib.crc32(f"{item['id']} {step} {moment} {label.get('name')}".encode())
    web, repository = body["repository"]["html_url"].split("://", 1)[1].split("/", 1)
    return {
        "id": number,
        "url": f"https://api.{web}/repos/{repository}/issues/events/{number}",
        "actor": body["sender"],
        "event": step,
        "created_at": moment,
        **({"label": {"name": label["name"]}} if label else {}),
        "_issue_index_number": item["number"],
    }


def land(items: Iterable[tuple[str, Item]], seen_at: datetime | None = None) -> None:
    """Land items as the backfill does; `seen_at` is when they were listed."""
    rows: dict[str, list[landing.Record]] = {}
    for table, item in items:
        record = backfill.record(table, item)
        rows.setdefault(table, []).append(record._replace(received_at=seen_at or datetime.now(UTC)))

    def batches() -> Iterator[tuple[str, Any]]:
        for table, records in rows.items():
            yield table, landing.to_arrow(records)

    if rows:
        resource = landing.dispatched(batches(), "answers")
        landing.land("github", [resource], [*rows, ledger.TABLE])


def clock(item: Item) -> tuple[str, bool]:
    """What orders the versions of an object."""
    names = ("updated_at", "completed_at", "started_at", "published_at", "submitted_at")
    moment = next((item[name] for name in names if item.get(name)), "")
    return moment, item.get("status") == "completed" or item.get("state") == "closed"


def newest(items: Iterable[tuple[str, Item]]) -> dict[tuple[str, Any, Any], Item]:
    """The newest version of each object by raw table, id and attempt."""
    found: dict[tuple[str, Any, Any], Item] = {}
    for table, item in items:
        attempt = item.get("run_attempt") if table == "workflow_runs" else None
        key = (table, item["id"], attempt)
        if key not in found or clock(item) >= clock(found[key]):
            found[key] = item
    return found


def forge(deliveries: Iterable[Item], parents: Mapping[str, list[str]] | None = None) -> Forge:
    """A forge in which all that these webhooks told has happened, as the API tells it now; `parents` by commit."""
    told: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    pushed: dict[str, list[Item]] = defaultdict(list)
    gone: set[Any] = set()
    served = Forge(page_size=100)
    for delivery in deliveries:
        body = delivery["body"]
        body = json.loads(body) if isinstance(body, str) else body
        root = f"/repos/{body['repository']['full_name']}"
        known = served.objects.setdefault(root, body["repository"])
        if body["repository"]["updated_at"] >= known["updated_at"]:
            served.objects[root] = body["repository"]
        told[root] += answers(delivery["headers"]["X-GitHub-Event"], body)
        if body.get("ref") == f"refs/heads/{body['repository']['default_branch']}":
            pushed[root].append(body)
        if body.get("action") in ONLY_WEBHOOKS:
            gone |= {body[name]["id"] for name in ("issue", "release") if name in body}
    for root, items in told.items():
        found = newest((table, item) for table, item in items if item["id"] not in gone)
        fill(served, root, [(table, item) for (table, *_), item in found.items()])
        history(served, root, pushed[root], parents or {})
    return served


def history(served: Forge, root: str, pushes: list[Item], parents: Mapping[str, list[str]]) -> None:
    """Put the commits of the default branch where the API lists them."""
    branch = served.objects[root]["default_branch"]
    pushes = sorted(pushes, key=lambda body: body["repository"]["pushed_at"])
    api = f"https://api.github.com{root}"
    ref = f"refs/heads/{branch}"
    served.lists[f"{root}/git/matching-refs/heads/{branch}"] = [
        {
            "ref": ref,
            "url": f"{api}/git/{ref}",
            "object": {"sha": body["after"], "type": "commit"},
        }
        for body in pushes[-1:]
    ]
    commits = {commit["id"]: commit for body in pushes for commit in body["commits"]}
    served.lists[f"{root}/commits"] = [
        {
            "sha": sha,
            "url": f"{api}/commits/{sha}",
            "commit": {
                "message": commit["message"],
                **{
                    who: {
                        "name": commit[who]["name"],
                        "email": commit[who]["email"],
                        "date": commit[who].get("date", commit["timestamp"]),
                    }
                    for who in ("author", "committer")
                },
            },
            **{who: {"login": commit[who].get("username")} for who in ("author", "committer")},
            "parents": [{"sha": parent} for parent in parents.get(sha, [])],
        }
        for sha, commit in reversed(commits.items())
    ]


def fill(served: Forge, root: str, items: list[tuple[str, Item]]) -> None:
    """Put a repository's objects where the API lists them."""
    lists: dict[str, list[Item]] = defaultdict(list)
    for name in ("issues", "issues/comments", "pulls/comments", "actions/runs", "deployments"):
        lists[name] = []
    for name in ("releases", "git/matching-refs/tags/", "git/matching-refs/heads/release"):
        lists[name] = []
    lists["git/matching-refs/heads/hotfix/"] = []
    lists["dependabot/alerts"] = []
    for table, item in items:
        if table == "issues":
            lists["issues"].append(item)
            lists[f"issues/{item['number']}/events"] += []
        elif table == "pull_requests":
            number = item["number"]
            index = {name: item[name] for name in ("number", "state", "created_at", "updated_at")}
            lists["issues"].append(index | {"id": -item["id"], "pull_request": {}})
            served.objects[f"{root}/pulls/{number}"] = item
            for name in (
                f"issues/{number}/events",
                f"pulls/{number}/reviews",
                f"pulls/{number}/commits",
            ):
                lists[name] += []
        elif table == "reviews":
            lists[f"pulls/{item['pull_request_url'].rsplit('/', 1)[1]}/reviews"].append(item)
        elif table == "issue_events":
            listed = {name: item[name] for name in item if name != "_issue_index_number"}
            lists[f"issues/{item['_issue_index_number']}/events"].append(listed)
        elif table in ("review_comments", "issue_comments"):
            lists[{"r": "pulls", "i": "issues"}[table[0]] + "/comments"].append(item)
        elif table == "workflow_runs":
            lists[f"actions/runs/{item['id']}/jobs"] += []
            served.objects[f"{root}/actions/runs/{item['id']}/attempts/{item['run_attempt']}"] = (
                item
            )
        elif table == "workflow_jobs":
            lists[f"actions/runs/{item['run_id']}/jobs"].append(item)
        elif table == "deployment_statuses":
            deployment = item["deployment_url"].rsplit("/", 1)[1]
            lists[f"deployments/{deployment}/statuses"].append(item)
        else:
            if table == "deployments":
                lists[f"deployments/{item['id']}/statuses"] += []
            lists[table].append(item)
    # of a run, the list has its newest attempt
    runs = newest(("runs", item) for table, item in items if table == "workflow_runs")
    lists["actions/runs"] = list(runs.values())
    for name in ("actions/runs", "deployments", "releases"):
        lists[name].sort(key=lambda item: item["created_at"], reverse=True)
    served.lists |= {f"{root}/{name}": found for name, found in lists.items()}
