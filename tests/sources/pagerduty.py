"""PagerDuty: an incident that is reopened, one that was merged into it, one that still runs.

The payloads have the form of PagerDuty's documentation of its v3 webhooks and of its OpenAPI description; the values
are ours. The API also answers with the samples that PagerDuty's own MCP server is tested with, at another time.
"""

import ast
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Route, between, offset

DOCUMENTED = "https://developer.pagerduty.com/docs/webhooks-overview"
MONITOR = "https://app.datadoghq.com/monitors/77"
OPENAPI = "https://github.com/PagerDuty/api-schema/blob/main/reference/REST/openapiv3.json"
SERVER = Package(
    *("wheel", "pagerduty-mcp", "1.1.0"),
    "f2e3012e5c7b233ce855ec9bfaa41e160ef18a6af64753d858bf8b5d9e13fa05",
)
SHA = "5d8f1bb0b9a35ab2a2e1f0e6f0f3c35a1c9d7e42"
COMMIT = f"https://github.com/acme/shop/commit/{SHA}"
TICKET = "https://acme.atlassian.net/browse/OPS-12"
OTHER = "https://app.incident.io/acme/incidents/42"
API = "https://api.pagerduty.com"
ALICE, BOB = "PALICE1", "PBOB002"


def reference(kind: str, id_: str, summary: str | None) -> dict[str, Any]:
    """A reference to another resource, as PagerDuty writes it."""
    return {
        **{"id": id_, "type": f"{kind}_reference", "summary": summary},
        **{"self": f"{API}/{kind}s/{id_}", "html_url": f"https://acme.pagerduty.com/{kind}s/{id_}"},
    }


def user(id_: str) -> dict[str, Any]:
    """A reference to a user."""
    return reference("user", id_, "Somebody")


SERVICE = reference("service", "PSHOP01", "Shop Checkout")
P1 = reference("priority", "PPRIO01", "P1")
FIRST = {
    **{"id": "PINC001", "type": "incident", "self": f"{API}/incidents/PINC001"},
    "html_url": "https://acme.pagerduty.com/incidents/PINC001",
    **{"title": "Checkout answers 500", "incident_key": "checkout-500", "service": SERVICE},
    **{"created_at": "2026-03-02T10:00:00Z", "urgency": "high", "resolve_reason": None},
    **{"incident_type": {"name": "major"}, "teams": [reference("team", "PTEAM01", "Payments")]},
}


def told(id_: str, event: str, at: str, data: dict[str, Any], agent: Any = None) -> Delivery:
    """A v3 webhook."""
    body = {
        **{"id": id_, "event_type": f"incident.{event}", "resource_type": "incident"},
        **{"occurred_at": at, "agent": agent, "client": None, "data": data},
    }
    return Delivery({"event": body}, received_at=at)


def about(kind: str, **data: Any) -> dict[str, Any]:
    """The data of a webhook of something that belongs to the first incident."""
    return {
        "incident": reference("incident", "PINC001", "Checkout answers 500"),
        **data,
        "type": kind,
    }


def first(status: str, **changed: Any) -> dict[str, Any]:
    """The first incident in a webhook."""
    conference = {"conference_number": None, "conference_url": "https://meet.example.com/war-room"}
    return {
        "number": 1,
        "status": status,
        "priority": None,
        "conference_bridge": conference,
        **FIRST,
        **changed,
    }


TASK = {
    "id": "PTASK01",
    "name": "Write it up",
    "description": "",
    "summary": "Write it up",
    "assignees": [user(BOB)],
}
FIELDS = [
    {
        "id": "PF1",
        "name": "environment",
        "data_type": "string",
        "field_type": "single_value",
        "type": "field_value",
        "value": "production",
    }
]
WEBHOOKS = [
    told("01A", "triggered", "2026-03-02T10:00:00.412Z", first("triggered")),
    told("01B", "acknowledged", "2026-03-02T10:04:30.250Z", first("acknowledged"), user(ALICE)),
    told(
        "01C",
        "priority_updated",
        "2026-03-02T10:06:00.100Z",
        first("acknowledged", priority=P1),
        user(ALICE),
    ),
    told(
        *("01D", "annotated", "2026-03-02T10:20:00.000Z"),
        about(
            "incident_note", id="PN1", content=f"Caused by: {COMMIT}. See {OTHER}", trimmed=False
        ),
        user(ALICE),
    ),
    told(
        "01E", "resolved", "2026-03-02T10:30:00.700Z", first("resolved", priority=P1), user(ALICE)
    ),
    told(
        *("01F", "reopened", "2026-03-02T11:00:00.300Z"),
        first("triggered", priority=P1, reopened_at="2026-03-02T11:00:00Z"),
        user(BOB),
    ),
    told(
        *("01G", "resolved", "2026-03-02T11:45:00.900Z"),
        first("resolved", priority=P1, reopened_at="2026-03-02T11:00:00Z"),
        user(BOB),
    ),
    told(
        "01H",
        "task.created",
        "2026-03-02T11:50:00.000Z",
        about("incident_task", status="todo", **TASK),
        user(BOB),
    ),
    told(
        "01I",
        "task.completed",
        "2026-03-04T09:00:00.000Z",
        about("incident_task", status="completed", **TASK),
        user(BOB),
    ),
    told(
        "01J",
        "custom_field_values.updated",
        "2026-03-02T10:10:00.000Z",
        about("incident_field_values", custom_fields=FIELDS),
    ),
    told(
        "01K",
        "responder.added",
        "2026-03-02T10:11:00.000Z",
        about("incident_responder", user=user(BOB), state="pending"),
    ),
    Delivery(
        {
            "event": {
                **{
                    "id": "01L",
                    "event_type": "service.updated",
                    "resource_type": "service",
                    "agent": None,
                    "client": None,
                },
                "occurred_at": "2026-03-01T08:00:00.000Z",
                "data": {
                    **{
                        "id": "PSHOP01",
                        "type": "service",
                        "summary": "Shop Checkout",
                        "teams": FIRST["teams"],
                    },
                    "html_url": "https://acme.pagerduty.com/services/PSHOP01",
                },
            }
        },
        received_at="2026-03-01T08:00:00+00:00",
    ),
]


def item(
    id_: str, number: int, created: str, updated: str, status: str, **more: Any
) -> dict[str, Any]:
    """An incident as the API lists it."""
    return {
        **{
            "id": id_,
            "type": "incident",
            "summary": f"[#{number}] It is slow",
            "self": f"{API}/incidents/{id_}",
        },
        **{
            "html_url": f"https://acme.pagerduty.com/incidents/{id_}",
            "incident_number": number,
            "title": "It is slow",
        },
        **{
            "created_at": created,
            "updated_at": updated,
            "status": status,
            "incident_key": None,
            "service": SERVICE,
        },
        **{
            "last_status_change_at": updated,
            "resolved_at": None,
            "priority": None,
            "resolve_reason": None,
        },
        **{
            "incident_type": {"name": "incident_default"},
            "urgency": "low",
            "teams": [],
            "acknowledgements": [],
        },
        **more,
    }


INCIDENTS = [
    item(
        *("PINC001", 1, "2026-03-02T10:00:00Z", "2026-03-02T11:45:00Z", "resolved"),
        **{
            key: FIRST[key]
            for key in ("title", "incident_key", "urgency", "incident_type", "teams")
        },
        **{"resolved_at": "2026-03-02T11:45:00Z", "priority": P1},
        external_references=[
            {
                "id": "PX1",
                "type": "external_reference",
                "summary": "JIRA",
                "external_id": "OPS-12",
                "external_url": TICKET,
            }
        ],
    ),
    item(
        *("PINC002", 2, "2026-03-02T10:02:00Z", "2026-03-02T10:08:00Z", "resolved"),
        resolved_at="2026-03-02T10:08:00Z",
        resolve_reason={
            "type": "merge_resolve_reason",
            "incident": reference("incident", "PINC001", None),
        },
    ),
    item("PINC003", 3, "2026-03-05T07:00:00Z", "2026-03-05T07:03:00Z", "acknowledged"),
]


def entry(
    id_: str, kind: str, at: str, incident: Any, agent: Any = SERVICE, **more: Any
) -> dict[str, Any]:
    """A log entry as the API lists it."""
    return {
        **{
            "id": id_,
            "type": f"{kind}_log_entry",
            "summary": kind,
            "self": f"{API}/log_entries/{id_}",
            "html_url": None,
        },
        **{
            "created_at": at,
            "agent": agent,
            "channel": {"type": "api"},
            "service": SERVICE,
            "incident": incident,
        },
        **{"teams": [], "contexts": [], "event_details": {}, **more},
    }


ONE, TWO = (reference("incident", incident["id"], None) for incident in INCIDENTS[:2])
CONTEXTS = [{"type": "link", "href": MONITOR, "text": "monitor"}]
ENTRIES = [
    entry("R1", "trigger", "2026-03-02T10:00:00Z", ONE, contexts=CONTEXTS),
    entry("R2", "notify", "2026-03-02T10:00:05Z", ONE, user=user(ALICE), channel={"type": "auto"}),
    entry("R3", "escalate", "2026-03-02T10:03:00Z", ONE, channel={"type": "timeout"}),
    entry(
        "R4", "acknowledge", "2026-03-02T10:04:30Z", ONE, user(ALICE), channel={"type": "website"}
    ),
    entry("R5", "resolve", "2026-03-02T10:30:00Z", ONE, user(ALICE), channel={"type": "website"}),
    entry("R6", "resolve", "2026-03-02T11:45:00Z", ONE, user(BOB), channel={"type": "website"}),
    entry("R7", "trigger", "2026-03-02T10:02:00Z", TWO),
    entry("R8", "trigger", "2026-03-02T10:02:30Z", TWO),
    entry("R9", "resolve", "2026-03-02T10:08:00Z", TWO, user(ALICE), channel={"type": "website"}),
    # the third comes with its incident, as `include[]=incidents` asks for
    entry("RA", "trigger", "2026-03-05T07:00:00Z", INCIDENTS[2]),
    entry(
        "RB",
        "acknowledge",
        "2026-03-05T07:03:00Z",
        INCIDENTS[2],
        user(BOB),
        channel={"type": "website"},
    ),
    # more than a page of what tells nothing
    *(entry(f"S{n}", "assign", "2026-03-05T07:05:00Z", INCIDENTS[2]) for n in range(100)),
]
SERVICES = [
    {
        **{
            "id": "PSHOP01",
            "type": "service",
            "name": "Shop Checkout",
            "summary": "Shop Checkout",
            "status": "active",
        },
        **{
            "created_at": "2025-01-01T00:00:00Z",
            "teams": FIRST["teams"],
            "self": f"{API}/services/PSHOP01",
        },
        "html_url": "https://acme.pagerduty.com/services/PSHOP01",
    }
]


class Known(ast.NodeTransformer):
    """What was assigned before, in its place."""

    def __init__(self) -> None:
        self.values: dict[str, ast.expr] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.values.get(node.attr, node)


def sample(module: str, name: str) -> Any:
    """A sample of a module of the tests of PagerDuty's server."""
    known = Known()
    for node in ast.walk(ast.parse((SERVER.path() / "tests" / f"{module}.py").read_text())):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr=attr)], value=ast.Dict() | ast.List()):
                known.values[attr] = known.visit(node.value)
    return ast.literal_eval(known.values[name])


def routes() -> dict[str, Route | list[Route]]:
    """PagerDuty's lists: a page of a hundred, ten thousand at most."""
    at = {"created_at": "2026-03-06T08:00:00Z"}
    incident = (
        sample("test_incidents", "sample_incident_data") | at | {"updated_at": at["created_at"]}
    )
    entry = sample("test_log_entries", "sample_log_entry_data") | at
    services = sample("test_services", "sample_services_list_response")
    paging = offset(more="more", most=10_000)
    stretch = between("created_at", "since", "until")
    return {
        "/incidents": Route([*INCIDENTS, incident], "incidents", paging, size=100, keep=stretch),
        "/log_entries": Route([*ENTRIES, entry], "log_entries", paging, size=100, keep=stretch),
        "/services": Route([*SERVICES, *services], "services", paging, size=100),
    }


ROWS = {
    "incidents": [
        {
            **{
                "incident_key": "pagerduty:incident:PINC001",
                "kind": "incident",
                "number": "1",
                "state": "resolved",
            },
            **{
                "service_names": ["Shop Checkout"],
                "service_aliases": ["PSHOP01"],
                "severity_name": "P1",
                "priority_name": "P1",
            },
            "labels": ["urgency:high", "type:major", "environment:production"],
            "named_references": sorted(
                [
                    COMMIT,
                    SHA,
                    OTHER,
                    TICKET,
                    "OPS-12",
                    "checkout-500",
                    MONITOR,
                    "https://meet.example.com/war-room",
                ]
            ),
            **{
                "cause_references": [COMMIT],
                "reopened_count": 1,
                "merged_into_key": None,
                "is_deleted": False,
            },
            **{"opened_at": "2026-03-02 10:00:00", "acknowledged_at": "2026-03-02 10:04:30"},
            **{
                "resolved_at": "2026-03-02 11:45:00.900000",
                "postmortem_at": None,
                "actor_key": None,
            },
        },
        {
            **{
                "incident_key": "pagerduty:incident:PINC002",
                "state": "merged",
                "severity_name": None,
            },
            **{
                "merged_into_key": "pagerduty:incident:PINC001",
                "resolved_at": "2026-03-02 10:08:00",
            },
        },
        {
            **{
                "incident_key": "pagerduty:incident:PINC003",
                "state": "acknowledged",
                "resolved_at": None,
            },
            **{
                "opened_at": "2026-03-05 07:00:00",
                "acknowledged_at": "2026-03-05 07:03:00",
                "named_references": [],
            },
        },
        {
            **{"incident_key": "pagerduty:incident:PINCIDENT123", "number": "123"},
            **{"state": "open", "priority_name": None, "named_references": ["test-key"]},
            **{"opened_at": "2026-03-06 08:00:00", "labels": ["urgency:high"]},
            "url": "https://test.pagerduty.com/incidents/PINCIDENT123",
        },
    ],
    "incident_events": [
        {
            "incident_key": f"pagerduty:incident:{of}",
            "kind": kind,
            "occurred_at": f"2026-03-{time}",
            "actor_key": actor,
        }
        for of, kind, time, actor in [
            # a log entry has no fraction of a second; where there is none, the webhook tells
            ("PINC001", "opened", "02 10:00:00", None),
            ("PINC001", "notified", "02 10:00:05", person(ALICE)),
            ("PINC001", "escalated", "02 10:03:00", None),
            ("PINC001", "acknowledged", "02 10:04:30", person(ALICE)),
            ("PINC001", "severity_changed", "02 10:06:00.100000", person(ALICE)),
            ("PINC001", "resolved", "02 10:30:00", person(ALICE)),
            ("PINC001", "reopened", "02 11:00:00.300000", person(BOB)),
            ("PINC001", "resolved", "02 11:45:00", person(BOB)),
            ("PINC002", "opened", "02 10:02:00", None),
            ("PINC002", "merged", "02 10:08:00", person(ALICE)),
            ("PINC003", "opened", "05 07:00:00", None),
            ("PINC003", "acknowledged", "05 07:03:00", person(BOB)),
            ("PINCIDENT123", "opened", "06 08:00:00", person("PUSER123")),
        ]
    ],
    "incident_actions": [
        {
            **{
                "action_key": "pagerduty:task:PTASK01",
                "incident_key": "pagerduty:incident:PINC001",
                "state": "done",
            },
            **{
                "created_at": "2026-03-02 11:50:00",
                "completed_at": "2026-03-04 09:00:00",
                "due_at": None,
            },
        }
    ],
    "catalogue": [
        {
            **{
                "entity_key": "pagerduty:service:PSHOP01",
                "kind": "component",
                "name": "Shop Checkout",
            },
            **{
                "owner_name": "Payments",
                "is_deleted": False,
                "url": "https://acme.pagerduty.com/services/PSHOP01",
            },
        },
        *(
            {
                **{"entity_key": f"pagerduty:service:{id_}", "name": name, "owner_name": team},
                **{"kind": "component", "is_deleted": False, "url": None},
            }
            for id_, name, team in [
                ("SVC123", "Web Application Service", "Engineering Team"),
                ("SVC456", "Database Service", "DevOps Team"),
            ]
        ),
    ],
    "quarantine": [],
    "sightings": [
        {"object_key": "pagerduty:incident:PINC001", "is_told": True, "is_end_told": True},
        {"object_key": "pagerduty:incident:PINC002", "is_told": False, "is_end_told": False},
        {"object_key": "pagerduty:incident:PINC003", "is_told": False, "is_end_told": False},
        {"object_key": "pagerduty:incident:PINCIDENT123", "is_told": False, "is_end_told": False},
    ],
}
BOTH = [
    (entity, door) for entity in ("incidents", "incident_events") for door in ("webhook", "api")
]
CASE = Case(
    source="pagerduty",
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={"token": "token-of-the-test"},
        rows={"incidents": 4, "log_entries": 112, "services": 3},
        signed=("Authorization", "Token token=token-of-the-test"),
        refused="/log_entries",
        unknown=["pagerduty: log_entries unknown: 403"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "documented",
            [("incidents", "api"), ("incident_events", "api"), ("catalogue", "api")],
            package=SERVER,
            note="samples of the tests of PagerDuty's own MCP server, at another time",
        ),
        Provenance(
            "own",
            [*BOTH, ("incident_actions", "webhook")],
            url=DOCUMENTED,
            note="field names of the webhooks",
        ),
        Provenance(
            "own", [*BOTH, ("catalogue", "api")], url=OPENAPI, note="field names of the API"
        ),
    ],
)
