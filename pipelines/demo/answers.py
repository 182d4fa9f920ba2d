"""The outage of the demo: for three hours its receiver was down, and what the API listed afterwards.

What GitHub's API can tell of those hours came by it alone; all else (pushes, branches, labels) was sent again by hand.
In the end the API was asked for what had changed in two weeks, so that it lists what webhooks told as well.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from pipelines import landing
from pipelines.github import backfill
from pipelines.landing import LoadSummary, Record
from pipelines.rest.ledger import TABLE, Ledger

if TYPE_CHECKING:
    from pipelines.demo.stage import Stage

DAY, HOUR = 86400, 3600
ASKED_SINCE = 14 * DAY
DOWN = (12 * DAY - 12 * HOUR, 12 * DAY - 15 * HOUR)
"""Seconds before the end: from noon to three o'clock on the last Wednesday but one."""

# Event → raw tables, with the object's place in the webhook.
OBJECTS = {
    "pull_request": {"pull_requests": "pull_request"},
    "pull_request_review": {"reviews": "review"},
    "pull_request_review_comment": {"review_comments": "comment"},
    "issue_comment": {"issue_comments": "comment"},
    "workflow_run": {"workflow_runs": "workflow_run"},
    "workflow_job": {"workflow_jobs": "workflow_job"},
    "deployment": {"deployments": "deployment"},
    "deployment_status": {"deployment_statuses": "deployment_status", "deployments": "deployment"},
    "release": {"releases": "release"},
    "issues": {"issues": "issue"},
}
KEYS = {
    "pull_requests": "pull_request", "reviews": "review", "review_comments": "review_comment",
    "issue_comments": "issue_comment", "workflow_runs": "run", "workflow_jobs": "job", "deployments": "deployment",
    "deployment_statuses": "deployment_status", "releases": "release", "issues": "issue",
}  # fmt: skip


class Answers:
    """What the API lists of one repository at the end of its story, and what no webhook told of it."""

    def __init__(self, stage: "Stage") -> None:
        """`stage` is where the story plays."""
        self.stage = stage
        self.since = stage.company.end - ASKED_SINCE
        self.down = [stage.company.end - seconds for seconds in DOWN]
        self.newest: dict[tuple[str, str], dict[str, Any]] = {}
        self.told: set[tuple[str, str, str | None]] = set()
        self.lost: set[tuple[str, str]] = set()

    def is_lost(self, event: str, text: str) -> bool:
        """Take note of a webhook; true where it never arrives."""
        now = self.stage.now
        if event not in OBJECTS:
            return False
        body = orjson.loads(text)
        recoverable = event not in ("pull_request", "issues") or body["action"] in (
            "opened",
            "closed",
        )
        lost = self.down[0] <= now < self.down[1] and event != "issues" and recoverable
        for table, name in OBJECTS[event].items():
            item = body[name]
            key = f"github:{KEYS[table]}:{item['id']}"
            if table == "workflow_runs":
                key += f":{item['run_attempt']}"
            if now >= self.since:
                self.newest[table, key] = item
            if lost:
                self.lost.add((table, key))
            else:
                self.told |= {(table, key, None), (table, key, end_of(table, item))}
            if body["action"] == "deleted":
                self.newest.pop((table, key), None)
        return lost

    def write(self, folder: Path) -> None:
        """Write what the API lists, and the truth of what was missed."""
        scope = self.stage.plan.key
        with (folder / "api" / f"{self.stage.plan.name}.jsonl").open("w", encoding="utf-8") as file:
            for (table, _), item in self.newest.items():
                answer = {"scope": scope, "table": table, "item": listed(table, item)}
                file.write(landing.dumps(answer) + "\n")
        for table, key in sorted(self.lost):
            item = self.newest[table, key]
            end = end_of(table, item)
            missed = (table, key, None) not in self.told
            end_missed = end is not None and (table, key, end) not in self.told
            if (missed or end_missed) and item.get("state") != "inactive":
                self.stage.record(
                    "missed",
                    {"repository_key": scope, "entity": table, "object_key": key, "is_missed": missed,
                     "is_end_missed": end_missed},
                )  # fmt: skip


def end_of(table: str, item: dict[str, Any]) -> str | None:
    """What tells the end of an object from another end of it; null while it has none."""
    if table in ("pull_requests", "issues"):
        return None if item["closed_at"] is None else str(item["closed_at"])
    if item.get("status") == "completed" or item.get("state") in ("success", "failure", "error"):
        return "end"
    return None


def listed(table: str, item: dict[str, Any]) -> dict[str, Any]:
    """An object as the API lists it."""
    if table == "reviews":
        return item | {"state": item["state"].upper()}
    return item


def land(folder: Path, until: datetime) -> LoadSummary:
    """Land a generated folder of answers as the backfill does, asked at a time (UTC) for two weeks."""
    since = until - timedelta(seconds=ASKED_SINCE)
    rows: dict[str, list[Record]] = {}
    scopes: set[str] = set()
    for path in sorted(folder.iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            answer = json.loads(line)
            record = backfill.record(answer["table"], answer["item"])
            rows.setdefault(answer["table"], []).append(record._replace(received_at=until))
            scopes.add(answer["scope"])
    rows[TABLE] = [
        Ledger(scope).covers(table, since, until) for scope in sorted(scopes) for table in KEYS
    ]
    batches = ((table, landing.to_arrow(records)) for table, records in rows.items() if records)
    landing.land("github", [landing.dispatched(batches, "answers")], rows)
    return LoadSummary("github", {table: len(records) for table, records in rows.items()})
