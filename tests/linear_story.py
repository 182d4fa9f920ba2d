"""Linear's payloads of one story: the lives of a few issues, written down once, change by change.

Both doors are made of them, and must end in the same rows.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Item = dict[str, Any]


def key(number: int) -> str:
    """An id as Linear makes them."""
    return f"3443a709-f2b5-46f2-a136-{number:012d}"


def state(number: int, name: str, kind: str) -> Item:
    """A state of a workflow."""
    return {"id": key(number), "name": name, "type": kind, "color": "#f2c94c"}


TRIAGE, TODO, DOING, DONE, CANCELED = (
    state(number, name, kind)
    for number, (name, kind) in enumerate(
        [
            ("Triage", "triage"),
            ("Todo", "unstarted"),
            ("In Progress", "started"),
            ("Done", "completed"),
            ("Canceled", "canceled"),
        ],
        10,
    )
)
ENG, OPS = (
    {"id": key(number), "key": code, "name": code.title()}
    for number, code in ((1, "ENG"), (2, "OPS"))
)
BUG, SERVICE = (
    {"id": key(number), "name": name, "color": "#eb5757"}
    for number, name in ((20, "Bug"), (21, "service/shop"))
)
DEVS = [
    {
        "id": key(30 + number),
        "url": f"https://linear.app/acme/profiles/dev{number}",
        "name": f"Dev {number}",
        "email": f"dev{number}@example.com",
        "type": "user",
    }
    for number in range(3)
]
PROJECT = {
    "id": key(40),
    "name": "Checkout",
    "url": "https://linear.app/acme/project/checkout-532c1333013b",
    "createdAt": "2026-02-20T08:00:00.000Z",
    "updatedAt": "2026-03-02T08:00:00.000Z",
    "startedAt": "2026-03-02T08:00:00.000Z",
    "priority": 2,
    "status": {"id": key(41), "name": "In Progress", "type": "started", "color": "#f2c94c"},
}


def cycle(number: int, starts: str, ends: str, completed: str | None) -> Item:
    """A cycle."""
    return {
        "id": key(50 + number),
        "number": number,
        "name": None,
        "createdAt": "2026-02-20T08:00:00.000Z",
        "updatedAt": completed or "2026-02-20T08:00:00.000Z",
        "startsAt": starts,
        "endsAt": ends,
        "completedAt": completed,
    }


CYCLES = [
    cycle(1, "2026-03-02T00:00:00.000Z", "2026-03-16T00:00:00.000Z", "2026-03-16T00:00:04.000Z"),
    cycle(2, "2026-03-16T00:00:00.000Z", "2026-03-30T00:00:00.000Z", None),
]


class Step(NamedTuple):
    """One change: when, who, and the fields that are other after it."""

    at: str
    by: int
    fields: Item


class Life(NamedTuple):
    """An issue: what it was created as, and its changes."""

    number: int
    created: str
    fields: Item
    steps: Sequence[Step]
    removed: str | None = None


LIVES = [
    # planned, estimated, labelled, done, reopened, done again
    Life(
        *(1, "2026-03-02T08:00:00.000Z"),
        {"state": TODO, "project": PROJECT},
        [
            Step("2026-03-02T09:00:00.000Z", 1, {"cycle": CYCLES[0]}),
            Step("2026-03-03T08:00:00.000Z", 2, {"state": DOING, "estimate": 5}),
            Step("2026-03-03T11:00:00.000Z", 2, {"labels": [BUG, SERVICE]}),
            Step("2026-03-04T08:00:00.000Z", 2, {"labels": [SERVICE]}),
            Step("2026-03-05T16:00:00.000Z", 2, {"state": DONE}),
            Step("2026-03-06T07:00:00.000Z", 1, {"state": DOING}),
            Step("2026-03-06T15:00:00.000Z", 2, {"state": DONE}),
        ],
    ),
    # created in a cycle, taken out, in again, and handed on to the next when it ended
    Life(
        *(2, "2026-03-04T08:00:00.000Z"),
        {"state": TODO, "cycle": CYCLES[0], "parent": {"id": key(101)}},
        [
            Step("2026-03-05T08:00:00.000Z", 1, {"cycle": None}),
            Step("2026-03-09T08:00:00.000Z", 1, {"cycle": CYCLES[0]}),
            Step("2026-03-16T00:00:05.000Z", 1, {"cycle": CYCLES[1]}),
        ],
    ),
    # moved to another team, under another identifier
    Life(
        *(3, "2026-03-02T08:00:00.000Z"),
        {"state": TRIAGE},
        [Step("2026-03-10T08:00:00.000Z", 1, {"team": OPS, "state": CANCELED, "number": 7})],
    ),
    Life(4, "2026-03-03T08:00:00.000Z", {"state": TODO}, [], "2026-03-04T10:00:00.000Z"),
]


def fields_of(life: Life, steps: Sequence[Step]) -> Item:
    """The fields of an issue after some of its changes."""
    found: Item = {
        "team": ENG,
        "number": life.number,
        "labels": [],
        "cycle": None,
        "project": None,
        "parent": None,
        "estimate": None,
    }
    for fields in (life.fields, *(step.fields for step in steps)):
        found |= fields
    ends = [step.at for step in steps if step.fields.get("state") in (DONE, CANCELED)]
    return found | {
        "id": key(100 + life.number),
        "identifier": f"{found['team']['key']}-{found['number']}",
        "createdAt": life.created,
        "updatedAt": steps[-1].at if steps else life.created,
        "completedAt": ends[-1] if found["state"] is DONE else None,
        "canceledAt": ends[-1] if found["state"] is CANCELED else None,
        "priority": 3,
        "priorityLabel": "Medium",
        "url": f"https://linear.app/acme/issue/{found['team']['key']}-{found['number']}",
    }


CHILDREN = {"cycle": ("id", "number", "startsAt", "endsAt"), "project": ("id", "name", "url")}
COUNTS = (
    *("issueCountHistory", "completedIssueCountHistory", "scopeHistory"),
    *("completedScopeHistory", "inProgressScopeHistory"),
)


def held_whole(found: Item) -> Item:
    """An issue as webhooks hold it: what it belongs to by id as well, and nothing that is not set."""
    data = {name: value for name, value in found.items() if value is not None}
    for name in ("state", "team", "cycle", "project", "parent"):
        if name in data:
            data[f"{name}Id"] = data[name]["id"]
    data.pop("parent", None)
    for name, held in CHILDREN.items():
        if name in data:
            data[name] = {part: data[name][part] for part in held}
    return data | {
        "labelIds": [label["id"] for label in found["labels"]],
        "creatorId": DEVS[1]["id"],
        **{"title": "One", "sortOrder": 1.5, "prioritySortOrder": 2.5, "reactionData": []},
        **{"previousIdentifiers": [], "subscriberIds": [], "releases": []},
    }


def taken_over(before: Item, after: Item) -> Item:
    """What an update took the place of."""
    was: Item = {"updatedAt": before["updatedAt"]}
    for name in ("state", "team", "cycle"):
        if before[name] != after[name]:
            was[f"{name}Id"] = before[name] and before[name]["id"]
    for name in ("estimate", "number", "completedAt", "canceledAt"):
        if before[name] != after[name]:
            was[name] = before[name]
    if before["labels"] != after["labels"]:
        was["labelIds"] = [label["id"] for label in before["labels"]]
    return was


def entry(life: Life, number: int) -> Item:
    """A change as the history of the API lists it, three milliseconds after the webhook's clock."""
    step = life.steps[number]
    before, after = fields_of(life, life.steps[:number]), fields_of(life, life.steps[: number + 1])
    ids = {
        f"{way}{name.title()}Id": found[name] and found[name]["id"]
        for name in ("state", "team", "cycle")
        for way, found in (("from", before), ("to", after))
        if before[name] != after[name]
    }
    labels = {"addedLabels": after, "removedLabels": before}
    return {
        "id": key(1000 + 100 * life.number + number),
        "createdAt": (datetime.fromisoformat(step.at) + timedelta(milliseconds=3)).isoformat(),
        "actor": {name: DEVS[step.by][name] for name in ("id", "email")},
        **{f"{way}{name}Id": None for name in ("State", "Team", "Cycle") for way in ("from", "to")},
        **ids,
        "fromEstimate": before["estimate"] if before["estimate"] != after["estimate"] else None,
        "toEstimate": after["estimate"] if before["estimate"] != after["estimate"] else None,
        **{
            name: [
                label
                for label in found["labels"]
                if label not in (before if found is after else after)["labels"]
            ]
            for name, found in labels.items()
        },
    }


def node(life: Life) -> Item:
    """An issue as GraphQL answers, with the newest three of its history."""
    found = fields_of(life, life.steps)
    entries = [entry(life, number) for number in range(len(life.steps))][::-1]
    for name, parts in {"state": ("id", "name", "type"), "team": ("id", "key")}.items():
        found[name] = {part: found[name][part] for part in parts}
    for name in ("project", "cycle"):
        found[name] = found[name] and {"id": found[name]["id"]}
    return found | {
        "labels": {
            "nodes": [{name: label[name] for name in ("id", "name")} for label in found["labels"]]
        },
        "creator": {name: DEVS[1][name] for name in ("id", "email")},
        "history": {
            "nodes": entries[:3],
            "pageInfo": {"hasNextPage": len(entries) > 3, "endCursor": "e"},
        },
    }


def event(kind: str, action: str, at: str, by: int, data: Item, **more: Any) -> Item:
    """A webhook's body."""
    return {
        "action": action,
        "type": kind,
        "actor": DEVS[by],
        "createdAt": at,
        "data": data,
        "url": data.get("url"),
        "organizationId": key(0),
        "webhookTimestamp": int(datetime.fromisoformat(at).timestamp() * 1000) + 120,
        "webhookId": key(9),
        **more,
    }


# A delivery that never came: the first change of the first issue.
MISSED = (1, 1)


def told() -> list[Item]:
    """Every event of the lives."""
    found = []
    for life in LIVES:
        before = fields_of(life, [])
        found.append(event("Issue", "create", life.created, 1, held_whole(before)))
        for number, step in enumerate(life.steps, 1):
            after = fields_of(life, life.steps[:number])
            if (life.number, number) == MISSED:
                before = after
                continue
            found.append(
                event(
                    "Issue",
                    "update",
                    step.at,
                    step.by,
                    held_whole(after),
                    updatedFrom=taken_over(before, after),
                )
            )
            before = after
        if life.removed:
            found.append(
                event("Issue", "remove", life.removed, 1, held_whole(before) | {"trashed": True})
            )
    for held in CYCLES:
        open_cycle = told_cycle(held | {"completedAt": None, "updatedAt": held["createdAt"]})
        found.append(event("Cycle", "create", held["createdAt"], 1, open_cycle))
        if held["completedAt"]:
            found.append(
                event(
                    "Cycle",
                    "update",
                    held["completedAt"],
                    1,
                    told_cycle(held),
                    updatedFrom={"completedAt": None},
                )
            )
    project = PROJECT | {
        **{"teamIds": [ENG["id"]], "creatorId": DEVS[1]["id"], "statusId": PROJECT["status"]["id"]},
        **{name: [] for name in (*COUNTS, "labelIds", "memberIds")},
        **{"description": "", "color": "#bec2c8", "slugId": "532c1333013b", "sortOrder": 1.5},
        "prioritySortOrder": 2.5,
    }
    found.append(
        event(
            "Project",
            "create",
            PROJECT["createdAt"],
            1,
            project | {"updatedAt": PROJECT["createdAt"]},
        )
    )
    found.append(
        event(
            "Project", "update", PROJECT["updatedAt"], 1, project, updatedFrom={"statusId": key(42)}
        )
    )
    return deepcopy(found)


def told_cycle(held: Item) -> Item:
    """A cycle as webhooks hold it."""
    return {name: value for name, value in held.items() if value is not None} | {
        **{"teamId": ENG["id"], "name": f"Cycle {held['number']}"},
        **{name: [] for name in (*COUNTS, "uncompletedIssuesUponCloseIds")},
    }
