"""Jira: two sprints of a project, an issue that moves, one that is deleted, an incident, and versions."""

import json
from typing import Any

from tests.jira_objects import SITE, Item, user
from tests.jira_server import routes
from tests.jira_story import told
from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api

GRIMOIRE = Package(
    "pypi",
    "grimoire_elk",
    "1.8.3",
    "63d81eea7cb5c682c10d62aee92ac8ea71c4e7721de3f5861095fe1d5bb1e5cb",
)


def recorded() -> list[Item]:
    """Four issues of a site of 2018 with their changes; a fifth came without its fields."""
    path = GRIMOIRE.path() / "grimoire_elk-1.8.3" / "tests" / "data" / "jira.json"
    return [found["data"] for found in json.loads(path.read_text()) if "fields" in found["data"]]


def item(key: str, **columns: Any) -> Item:
    """A row of an issue."""
    return {"work_item_key": f"jira:issue:{key}", **columns}


def stay(sprint: str, key: str, added: str, removed: str | None = None) -> Item:
    """A row of an issue in a sprint."""
    return item(key, sprint_key=f"jira:sprint:{sprint}", added_at=added, removed_at=removed)


def step(key: str, at: str, kind: str, **columns: Any) -> Item:
    """A row of an occurrence."""
    return item(key, occurred_at=at, kind=kind, **columns)


OPEN = {
    "state": "open",
    "resolution": None,
    "status_category": "todo",
    "closed_at": None,
    "reopened_count": 0,
    "is_deleted": False,
}
ROWS = {
    "work_items": [
        item(
            "10101",
            **{
                "project_key": "jira:shop",
                "number": 1,
                "type_name": "Story",
                "labels": ["checkout", "service:shop"],
            },
            **{
                "state": "closed",
                "resolution": "completed",
                "status_name": "Done",
                "status_category": "done",
            },
            **{
                "estimate": 5.0,
                "parent_key": "jira:issue:10110",
                "service_names": ["shop"],
                "reopened_count": 1,
            },
            **{
                "actor_key": person(user(1)["accountId"]),
                "url": f"{SITE}/browse/SHOP-1",
                "is_deleted": False,
            },
            **{"created_at": "2026-03-02 08:00:00", "closed_at": "2026-03-06 15:00:00"},
        ),
        item("10102", project_key="jira:shop", type_name="Bug", parent_key=None, **OPEN),
        # it moved; its epic is named by a key alone
        item(
            "10103",
            project_key="jira:pay",
            number=1,
            url=f"{SITE}/browse/PAY-1",
            parent_key="jira:issue:10110",
            **OPEN,
        ),
        item("10104", **OPEN | {"is_deleted": True}),
        item("10105", state="closed", resolution="duplicate", closed_at="2026-03-03 10:00:00"),
        item("10110", number=10, type_name="Epic", **OPEN),
        # recorded: it was never given a resolution
        item(
            "10010",
            **{
                "project_key": "jira:contrib",
                "number": 5,
                "type_name": "CLA Procurement",
                "parent_key": "jira:issue:10008",
            },
            **{
                "state": "closed",
                "resolution": "completed",
                "status_name": "CLA On File",
                "status_category": "done",
            },
            **{
                "actor_key": person("557058:fbbe73fc-f16a-419c-8624-c5413dbb7288"),
                "reopened_count": 0,
            },
            **{
                "created_at": "2018-05-14 21:54:10.593000",
                "closed_at": "2018-05-14 21:56:02.246000",
            },
        ),
        item("10008", number=3, state="closed", closed_at="2018-05-14 22:03:29.521000"),
        item("10017", number=10, state="closed", closed_at="2018-05-22 18:17:56.762000"),
        item("10018", number=11, state="closed", closed_at="2018-05-24 21:28:19.654000"),
        item(
            "10201",
            **{
                "project_key": "jira:ops",
                "type_name": "[System] Incident",
                "labels": ["incident", "service:shop"],
            },
            **{
                "severity_name": "Sev 1",
                "priority_name": "Highest",
                "service_names": ["checkout", "shop"],
            },
            cause_references=["4f2d8a1c9e7b6053d4f2a8c1e9b7605312345678"],
        ),
    ],
    "work_item_transitions": [
        # recorded
        step(
            "10010",
            "2018-05-14 21:54:10.593000",
            "created",
            to_status="Obtain CLA",
            to_category=None,
        ),
        step(
            "10010",
            "2018-05-14 21:56:02.246000",
            "status",
            from_status="Obtain CLA",
            to_status="CLA On File",
        ),
        step("10010", "2018-05-14 21:56:02.246000", "closed", to_category="done"),
        step("10101", "2026-03-02 08:00:00", "created", to_status="To Do", to_category="todo"),
        step(
            "10101",
            "2026-03-03 08:00:00",
            "status",
            from_status="To Do",
            to_status="In Progress",
            to_category="in_progress",
        ),
        step("10101", "2026-03-03 08:00:00", "estimated", to_status=None),
        step("10101", "2026-03-03 11:00:00", "labeled", label="checkout"),
        step("10101", "2026-03-03 11:00:00", "labeled", label="service:shop"),
        step("10101", "2026-03-04 08:00:00", "blocked"),
        step("10101", "2026-03-04 14:00:00", "unblocked"),
        step("10101", "2026-03-05 16:00:00", "status", to_category="done"),
        step("10101", "2026-03-05 16:00:00", "closed", actor_key=person(user(2)["accountId"])),
        step(
            "10101", "2026-03-06 07:00:00", "status", from_status="Done", to_category="in_progress"
        ),
        step("10101", "2026-03-06 07:00:00", "reopened", actor_key=person(user(1)["accountId"])),
        step("10101", "2026-03-06 15:00:00", "status", to_category="done"),
        step(
            "10101",
            "2026-03-06 15:00:00",
            "closed",
            transition_key="jira:transition:10101:20008:closed",
        ),
        step("10102", "2026-03-04 07:00:00", "created"),
        step("10103", "2026-03-02 07:00:00", "created"),
        step("10103", "2026-03-10 08:00:00", "moved"),
        step("10104", "2026-03-03 07:00:00", "created"),
        step("10105", "2026-03-03 07:30:00", "created"),
        step("10105", "2026-03-03 10:00:00", "status", from_status="To Do", to_status="Done"),
        step("10105", "2026-03-03 10:00:00", "closed"),
        step("10110", "2026-02-23 07:00:00", "created"),
        step("10201", "2026-03-07 21:00:00", "created"),
    ],
    "sprints": [
        {
            **{
                "sprint_key": "jira:sprint:7",
                "project_key": "jira:shop",
                "name": "Sprint 7",
                "state": "closed",
            },
            **{
                "starts_at": "2026-03-02 08:00:00",
                "ends_at": "2026-03-13 16:00:00",
                "completed_at": "2026-03-13 15:30:00",
            },
        },
        {
            "sprint_key": "jira:sprint:8",
            "state": "active",
            "completed_at": None,
            "is_deleted": False,
        },
        {"sprint_key": "jira:sprint:9", "state": "future", "is_deleted": True},
    ],
    "sprint_items": [
        stay("9", "10104", "2026-03-03 07:00:00"),
        stay("7", "10101", "2026-03-02 09:00:00"),
        # it was created in it, and carried over at its end
        stay("7", "10102", "2026-03-04 07:00:00"),
        stay("8", "10102", "2026-03-13 15:30:00"),
        stay("7", "10103", "2026-03-02 08:00:00", "2026-03-05 08:00:00"),
        stay("7", "10103", "2026-03-09 08:00:00"),
    ],
    "deployments": [
        {
            **{
                "candidate_key": "jira:version:10300",
                "kind": "release",
                "name": "1.4.0",
                "service_name": "shop",
            },
            **{"outcome": "success", "finished_at": "2026-03-14 09:30:00", "is_deleted": False},
            "url": f"{SITE}/projects/SHOP/versions/10300",
        },
        {
            "candidate_key": "jira:version:10301",
            "outcome": None,
            "finished_at": None,
            "is_deleted": False,
        },
        # merged into the one before
        {"candidate_key": "jira:version:10302", "outcome": None, "is_deleted": True},
    ],
    "quarantine": [],
}

API = Api(
    lambda: routes(*recorded()),
    settings={"user": "engops@example.com", "token": "token-of-the-test"},
    rows={
        **{"issues": 10, "changelogs": 13, "boards": 2, "sprints": 2, "versions": 2},
        **{"fields": 5, "statuses": 3, "projects": 4},
    },
    signed=("Authorization", "Basic ZW5nb3BzQGV4YW1wbGUuY29tOnRva2VuLW9mLXRoZS10ZXN0"),
    refused="/rest/api/3/project/20001/version",
    unknown=["SHOP: versions unknown: 403"],
    cursors=["/rest/api/3/search/jql"],
)

TOLD = ("work_items", "work_item_transitions", "sprints", "sprint_items", "deployments")
CASE = Case(
    source="jira",
    webhooks=[Delivery(body) for body in told()],
    api=API,
    rows=ROWS,
    among_others=["work_item_transitions"],
    provenance=[
        Provenance(
            "recorded",
            package=GRIMOIRE,
            covers=[("work_items", "api"), ("work_item_transitions", "api")],
            note="four issues and their changes; the rest is our own",
        ),
        Provenance(
            "own", covers=[(entity, door) for entity in TOLD for door in ("webhook", "api")]
        ),
    ],
)
