"""Jira's payloads of one story: the lives of a few issues, written down once, change by change.

Both doors are made of them, and must end in the same rows.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from tests.jira_objects import (
    DOING,
    DONE,
    EPIC,
    FLAGGED,
    GONE,
    OPS,
    PAY,
    POINTS,
    SEVERITY,
    SHOP,
    SITE,
    SPRINT,
    SPRINTS,
    TODO,
    Item,
    Life,
    Step,
    change,
    moved,
    planned,
    sprints,
    user,
)

LIVES = [
    # planned, estimated, labelled, blocked, done, reopened, done again; part of an epic by its field
    Life(
        *("10101", "SHOP-1", "2026-03-02T09:00:00.000+0100"),
        {"issuetype": "Story", "parent": {"id": "10110", "key": "SHOP-10"}},
        [
            Step(
                "20001", "2026-03-02T10:00:00.000+0100", 1, [planned("", "7")], {SPRINT: sprints(7)}
            ),
            Step(
                *("20002", "2026-03-03T09:00:00.000+0100", 2),
                [moved(TODO, DOING), change("Story point estimate", None, (None, "5"), key=POINTS)],
                {"status": DOING, POINTS: 5.0},
            ),
            Step(
                *("20003", "2026-03-03T12:00:00.000+0100", 2),
                [change("labels", (None, ""), (None, "checkout service:shop"))],
                {"labels": ["checkout", "service:shop"]},
            ),
            Step(
                *("20004", "2026-03-04T09:00:00.000+0100", 2),
                [change("Flagged", ("", ""), ("[10019]", "Impediment"), key=FLAGGED)],
                {FLAGGED: [{"value": "Impediment", "id": "10019"}]},
            ),
            Step(
                *("20005", "2026-03-04T15:00:00.000+0100", 2),
                [change("Flagged", ("[10019]", "Impediment"), ("", ""), key=FLAGGED)],
                {FLAGGED: None},
            ),
            Step(
                *("20006", "2026-03-05T17:00:00.000+0100", 2),
                [moved(DOING, DONE), change("resolution", None, ("10000", "Done"))],
                {"status": DONE, "resolution": "Done"},
            ),
            Step(
                *("20007", "2026-03-06T08:00:00.000+0100", 1),
                [moved(DONE, DOING), change("resolution", ("10000", "Done"), None)],
                {"status": DOING, "resolution": None},
            ),
            Step(
                *("20008", "2026-03-06T16:00:00.000+0100", 2),
                [moved(DOING, DONE), change("resolution", None, ("10000", "Done"))],
                {"status": DONE, "resolution": "Done"},
            ),
        ],
    ),
    # created in a sprint, which no change tells, and carried over at its end
    Life(
        *("10102", "SHOP-2", "2026-03-04T08:00:00.000+0100"),
        {"issuetype": "Bug", SPRINT: sprints(7)},
        [
            Step(
                "20011",
                "2026-03-13T16:30:00.000+0100",
                1,
                [planned("7", "7, 8")],
                {SPRINT: sprints(7, 8)},
            ),
        ],
    ),
    # taken into the sprint, out, and in again; then moved to another project, under another key
    Life(
        *("10103", "SHOP-3", "2026-03-02T08:00:00.000+0100"),
        {"issuetype": "Task"},
        [
            Step(
                *("20020", "2026-03-02T08:30:00.000+0100", 1),
                [change("Epic Link", None, ("10110", "SHOP-10"), key=EPIC)],
                {EPIC: "SHOP-10"},
            ),
            Step(
                "20021", "2026-03-02T09:00:00.000+0100", 1, [planned("", "7")], {SPRINT: sprints(7)}
            ),
            Step("20022", "2026-03-05T09:00:00.000+0100", 1, [planned("7", "")], {SPRINT: None}),
            Step(
                "20023", "2026-03-09T09:00:00.000+0100", 1, [planned("", "7")], {SPRINT: sprints(7)}
            ),
            Step(
                *("20024", "2026-03-10T09:00:00.000+0100", 1),
                [
                    change("project", ("20001", "Shop"), ("20002", "Pay")),
                    change("Key", (None, "SHOP-3"), (None, "PAY-1")),
                ],
                {"project": PAY, "key": "PAY-1"},
            ),
        ],
    ),
    Life(
        "10104",
        "SHOP-4",
        "2026-03-03T08:00:00.000+0100",
        {"issuetype": "Task", SPRINT: sprints(9)},
        [],
        "2026-03-04T10:00:00.000+0100",
    ),
    Life(
        *("10105", "SHOP-5", "2026-03-03T08:30:00.000+0100"),
        {"issuetype": "Bug"},
        [
            Step(
                *("20041", "2026-03-03T11:00:00.000+0100", 1),
                [moved(TODO, DONE), change("resolution", None, ("10002", "Duplicate"))],
                {"status": DONE, "resolution": "Duplicate"},
            ),
        ],
    ),
    Life("10110", "SHOP-10", "2026-02-23T08:00:00.000+0100", {"issuetype": "Epic"}),
    # an incident of the service desk
    Life(
        *("10201", "OPS-1", "2026-03-07T22:00:00.000+0100"),
        {
            "issuetype": "[System] Incident",
            "labels": ["incident", "service:shop"],
            "priority": {"id": "1", "name": "Highest"},
            "components": [{"id": "10010", "name": "checkout"}],
            SEVERITY: {"id": "10061", "value": "Sev 2"},
            "description": "Orders fail since the evening.\nCaused by: 4f2d8a1c9e7b6053d4f2a8c1e9b7605312345678.",
        },
        [
            Step(
                *("20101", "2026-03-07T22:10:00.000+0100", 1),
                [change("Severity", ("10061", "Sev 2"), ("10060", "Sev 1"), key=SEVERITY)],
                {SEVERITY: {"id": "10060", "value": "Sev 1"}},
            ),
        ],
    ),
]

VERSIONS = [
    {
        "self": f"{SITE}/rest/api/3/version/10300",
        "id": "10300",
        "name": "1.4.0",
        "archived": False,
        "released": True,
        "startDate": "2026-03-02",
        "releaseDate": "2026-03-14",
        "userReleaseDate": "14/Mar/26",
        "projectId": 20001,
    },
    {
        "self": f"{SITE}/rest/api/3/version/10301",
        "id": "10301",
        "name": "1.5.0",
        "archived": False,
        "released": False,
        "projectId": 20001,
    },
]
MERGED = VERSIONS[1] | {
    "self": f"{SITE}/rest/api/3/version/10302",
    "id": "10302",
    "name": "1.5.0-rc",
}


def millis(at: str) -> int:
    """A time as the timestamps of webhooks say it."""
    return int(datetime.fromisoformat(at).timestamp() * 1000)


def issue(life: Life, steps: Sequence[Step], *, api: bool = False) -> Item:
    """An issue after some of its changes; the API tells rich text as a document."""
    fields = {
        "project": SHOP if life.code.startswith("SHOP") else OPS,
        "status": TODO,
        "priority": {"id": "3", "name": "Medium"},
        "labels": [],
        "components": [],
        "description": None,
        "resolution": None,
        "creator": user(1),
        **dict.fromkeys((SPRINT, EPIC, POINTS, FLAGGED, SEVERITY)),
        **life.fields,
    }
    for step in steps:
        fields |= step.fields
    ends = [step.at for step in steps if "status" in step.fields]
    done = fields["status"] is DONE
    text = fields["description"]
    fields |= {
        "issuetype": {"id": "10001", "name": fields["issuetype"], "subtask": False},
        "resolution": fields["resolution"] and {"id": "10000", "name": fields["resolution"]},
        "description": document(text) if api and text else text,
        "created": life.created,
        "updated": steps[-1].at if steps else life.created,
        "statuscategorychangedate": ends[-1] if ends else life.created,
        "resolutiondate": ends[-1] if done else None,
    }
    code = fields.pop("key", life.code)
    return {
        "id": life.key,
        "self": f"{SITE}/rest/api/{3 if api else 2}/issue/{life.key}",
        "key": code,
        "fields": fields,
    }


def document(text: str) -> Item:
    """Plain lines as a document in Atlassian's format."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]}
        for line in text.splitlines()
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def history(step: Step) -> Item:
    """A change as the API lists it."""
    return {"id": step.key, "author": user(step.by), "created": step.at, "items": step.items}


def listed(life: Life) -> Item:
    """An issue of a search, with its newest three changes."""
    newest = [history(step) for step in reversed(life.steps)][:3]
    changelog = {
        "startAt": 0,
        "maxResults": len(newest),
        "total": len(life.steps),
        "histories": newest,
    }
    return issue(life, life.steps, api=True) | {"changelog": changelog}


def told() -> list[Item]:
    """Every event of the lives, in the order of time."""
    found = []
    for life in LIVES:
        found.append(event("jira:issue_created", life.created, issue=issue(life, []), user=user(1)))
        for number, step in enumerate(life.steps, 1):
            changelog = {"id": step.key, "items": step.items}
            now = issue(life, life.steps[:number])
            found.append(
                event(
                    "jira:issue_updated",
                    step.at,
                    issue=now,
                    user=user(step.by),
                    changelog=changelog,
                )
            )
        if life.deleted:
            found.append(
                event(
                    "jira:issue_deleted", life.deleted, issue=issue(life, life.steps), user=user(1)
                )
            )
    first, second = SPRINTS
    planning = {"state": "future", "completeDate": None}
    too_early = {"state": "closed", "completeDate": "2026-03-17T09:00:00.000Z"}
    for held, name, at in [
        (first | planning, "created", "2026-02-20T08:00:00.000Z"),
        (first | planning | {"state": "active"}, "started", "2026-03-02T08:00:00.000Z"),
        (first, "closed", "2026-03-13T15:30:00.000Z"),
        (second, "started", "2026-03-16T08:00:00.000Z"),
        # closed too early, and opened again
        (second | too_early, "closed", "2026-03-17T09:00:00.000Z"),
        (second, "updated", "2026-03-17T10:00:00.000Z"),
        (GONE, "created", "2026-03-02T08:00:00.000Z"),
        (GONE, "deleted", "2026-03-04T11:00:00.000Z"),
    ]:
        found.append(event(f"sprint_{name}", at, sprint=held))
    found.append(
        event(
            "jira:version_created",
            "2026-03-02T07:00:00.000Z",
            version=VERSIONS[0] | {"released": False},
        )
    )
    found.append(event("jira:version_released", "2026-03-14T09:30:00.000Z", version=VERSIONS[0]))
    found.append(event("jira:version_created", "2026-03-15T07:00:00.000Z", version=VERSIONS[1]))
    found.append(event("jira:version_created", "2026-03-15T07:30:00.000Z", version=MERGED))
    found.append(
        event(
            "jira:version_deleted", "2026-03-15T08:00:00.000Z", version=MERGED, mergedTo=VERSIONS[1]
        )
    )
    return deepcopy(sorted(found, key=lambda body: body["timestamp"]))


def event(name: str, at: str, **objects: Any) -> Item:
    """A webhook's body."""
    return {"timestamp": millis(at), "webhookEvent": name, **objects}
