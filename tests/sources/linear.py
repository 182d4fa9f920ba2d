"""Linear: two cycles of a team, an issue that moves, one that is removed, and a project."""

from typing import Any

from tests.linear_schema import SDK
from tests.linear_server import forbidding, routes
from tests.linear_story import PROJECT, Item, key, told
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api


def item(issue: int, **columns: Any) -> Item:
    """A row of an issue."""
    return {"work_item_key": f"linear:issue:{key(100 + issue)}", **columns}


def stay(cycle: int, number: int, added: str, removed: str | None = None) -> Item:
    """A row of an issue in a cycle."""
    return item(
        number, sprint_key=f"linear:cycle:{key(50 + cycle)}", added_at=added, removed_at=removed
    )


def step(number: int, at: str, kind: str, **columns: Any) -> Item:
    """A row of an occurrence."""
    return item(number, occurred_at=f"2026-03-{at}", kind=kind, **columns)


ROWS = {
    "work_items": [
        item(
            1,
            **{
                "project_key": "linear:eng",
                "number": 1,
                "labels": ["service/shop"],
                "service_names": ["shop"],
            },
            **{
                "state": "closed",
                "resolution": "completed",
                "status_name": "Done",
                "status_category": "done",
            },
            **{
                "estimate": 5.0,
                "priority_name": "Medium",
                "parent_key": f"linear:project:{PROJECT['id']}",
            },
            **{
                "reopened_count": 1,
                "is_deleted": False,
                "url": "https://linear.app/acme/issue/ENG-1",
            },
            **{"created_at": "2026-03-02 08:00:00", "closed_at": "2026-03-06 15:00:00"},
        ),
        item(
            2,
            state="open",
            status_category="todo",
            parent_key=f"linear:issue:{key(101)}",
            closed_at=None,
        ),
        item(
            3,
            **{
                "project_key": "linear:ops",
                "number": 7,
                "state": "closed",
                "resolution": "not_planned",
            },
            **{"status_category": "done", "closed_at": "2026-03-10 08:00:00"},
        ),
        item(4, state="open", is_deleted=True),
        {
            **{
                "work_item_key": f"linear:project:{PROJECT['id']}",
                "type_name": "Project",
                "project_key": "linear:eng",
            },
            **{"state": "open", "status_category": "in_progress", "number": None, "labels": []},
        },
    ],
    "work_item_transitions": [
        step(1, "02 08:00:00", "created", to_status="Todo", to_category="todo"),
        step(
            1,
            "03 08:00:00",
            "status",
            from_status="Todo",
            to_status="In Progress",
            to_category="in_progress",
        ),
        step(1, "03 08:00:00", "estimated"),
        step(1, "03 11:00:00", "labeled", label="Bug"),
        step(1, "03 11:00:00", "labeled", label="service/shop"),
        step(1, "04 08:00:00", "unlabeled", label="Bug", actor_key=person("dev2@example.com")),
        step(1, "05 16:00:00", "status", from_status="In Progress", to_status="Done"),
        step(1, "05 16:00:00", "closed", to_category="done"),
        step(1, "06 07:00:00", "status", from_status="Done"),
        step(
            1,
            "06 07:00:00",
            "reopened",
            to_category="in_progress",
            actor_key=person("dev1@example.com"),
        ),
        step(1, "06 15:00:00", "status", to_status="Done"),
        step(1, "06 15:00:00", "closed"),
        step(2, "04 08:00:00", "created"),
        step(3, "02 08:00:00", "created", to_status="Triage", to_category="todo"),
        step(3, "10 08:00:00", "moved"),
        step(3, "10 08:00:00", "status", to_status="Canceled"),
        step(3, "10 08:00:00", "closed"),
        step(4, "03 08:00:00", "created"),
    ],
    "sprints": [
        {
            **{
                "sprint_key": f"linear:cycle:{key(51)}",
                "project_key": "linear:eng",
                "name": "Cycle 1",
                "state": "closed",
            },
            **{
                "starts_at": "2026-03-02 00:00:00",
                "ends_at": "2026-03-16 00:00:00",
                "completed_at": "2026-03-16 00:00:04",
            },
        },
        {
            "sprint_key": f"linear:cycle:{key(52)}",
            "state": "active",
            "completed_at": None,
            "is_deleted": False,
        },
    ],
    "sprint_items": [
        # no webhook told of it, and the history is three milliseconds behind
        stay(1, 1, "2026-03-02 09:00:00.003000"),
        stay(1, 2, "2026-03-04 08:00:00", "2026-03-05 08:00:00"),
        # handed on at the end of the cycle: no removal
        stay(1, 2, "2026-03-09 08:00:00"),
        stay(2, 2, "2026-03-16 00:00:05"),
    ],
    "quarantine": [],
}

API = Api(
    routes,
    settings={"token": "lin_api_of-the-test"},
    rows={"issues": 3, "issue_histories": 7, "cycles": 2, "projects": 1, "workflow_states": 5},
    signed=("Authorization", "lin_api_of-the-test"),
    refused=forbidding,
    unknown=["OPS: issues unknown: not for you", "OPS: issue_histories unknown: not for you"],
)

TOLD = ("work_items", "work_item_transitions", "sprints", "sprint_items")
CASE = Case(
    source="linear",
    webhooks=[Delivery(body) for body in told()],
    api=API,
    rows=ROWS,
    provenance=[
        Provenance(
            "schema",
            package=SDK,
            covers=[(entity, door) for entity in TOLD for door in ("webhook", "api")],
            note="our own payloads, held against Linear's own types by tests/test_linear.py",
        )
    ],
)
