"""Objects of Jira as its API and webhooks write them: fields, statuses, sprints, changes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

Item = dict[str, Any]

SITE = "https://acme.atlassian.net"
SPRINT, EPIC, POINTS, FLAGGED, SEVERITY = (
    f"customfield_{number}" for number in (10020, 10014, 10016, 10021, 10050)
)
CATEGORIES = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    },
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"


def field(key: str, name: str, custom: str) -> Item:
    """A custom field of `/rest/api/3/field`."""
    schema = {"type": "any", "custom": custom, "customId": int(key.rpartition("_")[2])}
    return {"id": key, "key": key, "name": name, "custom": True, "schema": schema}


def status(key: str, name: str, category: str) -> Item:
    """A status, as issues carry it and `/rest/api/3/status` lists it."""
    return {
        "self": f"{SITE}/rest/api/3/status/{key}",
        "id": key,
        "name": name,
        "statusCategory": CATEGORIES[category],
    }


def user(number: int) -> Item:
    """An account of the cloud, which hides its address."""
    account = f"5b10a2844c20165700ede2{number}g"
    return {
        "accountId": account,
        "accountType": "atlassian",
        "displayName": f"Dev {number}",
        "active": True,
    }


def project(key: str, code: str) -> Item:
    """A project."""
    return {
        "self": f"{SITE}/rest/api/3/project/{key}",
        "id": key,
        "key": code,
        "name": code.title(),
    }


def sprint(number: int, state: str, starts: str, ends: str, completed: str | None = None) -> Item:
    """A sprint of the Agile API; the field of an issue holds the same with `boardId`."""
    found = {
        "id": number,
        "self": f"{SITE}/rest/agile/1.0/sprint/{number}",
        "state": state,
        "name": f"Sprint {number}",
        "startDate": starts,
        "endDate": ends,
        "completeDate": completed,
        "createdDate": "2026-02-20T08:00:00.000Z",
        "originBoardId": 3,
        "goal": "",
    }
    return {name: value for name, value in found.items() if value is not None}


def change(name: str, before: Any, after: Any, *, key: str | None = None) -> Item:
    """One item of a changelog; `before` and `after` are id and words."""
    return {
        "field": name,
        "fieldtype": "custom" if key else "jira",
        "fieldId": key or name.lower(),
        "from": before and before[0],
        "fromString": before and before[1],
        "to": after and after[0],
        "toString": after and after[1],
    }


TODO, DOING, DONE = (
    status("10000", "To Do", "new"),
    status("3", "In Progress", "indeterminate"),
    status("10001", "Done", "done"),
)
SHOP, PAY, OPS = project("20001", "SHOP"), project("20002", "PAY"), project("20003", "OPS")
SPRINTS = [
    sprint(
        7,
        "closed",
        "2026-03-02T08:00:00.000Z",
        "2026-03-13T16:00:00.000Z",
        "2026-03-13T15:30:00.000Z",
    ),
    sprint(8, "active", "2026-03-16T08:00:00.000Z", "2026-03-27T16:00:00.000Z"),
]
# only webhooks tell of it: it is gone when the API is asked
GONE = sprint(9, "future", "2026-03-30T08:00:00.000Z", "2026-04-10T16:00:00.000Z")
BOARDS = [
    {
        "id": number,
        "self": f"{SITE}/rest/agile/1.0/board/{number}",
        "name": f"{project['key']} board",
        "type": kind,
        "location": {"projectId": int(project["id"]), "projectKey": project["key"]},
    }
    for number, project, kind in ((3, SHOP, "scrum"), (4, PAY, "simple"))
]
FIELDS = [
    field(SPRINT, "Iteration", "com.pyxis.greenhopper.jira:gh-sprint"),
    field(EPIC, "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link"),
    field(POINTS, "Story point estimate", "com.pyxis.greenhopper.jira:jsw-story-points"),
    field(FLAGGED, "Flagged", f"{CUSTOM}:multicheckboxes"),
    field(SEVERITY, "Severity", f"{CUSTOM}:select"),
]


class Step(NamedTuple):
    """One change: its id, when, who, its items, and the fields that are other after it."""

    key: str
    at: str
    by: int
    items: list[Item]
    fields: Item


class Life(NamedTuple):
    """An issue: what it was created as, and its changes."""

    key: str
    code: str
    created: str
    fields: Item
    steps: Sequence[Step] = ()
    deleted: str | None = None


def moved(before: Item, after: Item) -> Item:
    """A change of status."""
    return change("status", (before["id"], before["name"]), (after["id"], after["name"]))


def planned(before: str, after: str) -> Item:
    """A change of sprints: ids and names, comma lists."""

    def named(ids: str) -> tuple[str, str]:
        return ids, ", ".join(f"Sprint {number}" for number in ids.split(", ") if number)

    return change("Sprint", named(before), named(after), key=SPRINT)


def sprints(*numbers: int) -> list[Item]:
    """The value of the sprint field."""
    return [
        {name: held[name] for name in ("id", "name", "state", "startDate", "endDate", "goal")}
        | {"boardId": 3}
        for held in (*SPRINTS, GONE)
        if held["id"] in numbers
    ]
