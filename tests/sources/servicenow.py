"""ServiceNow: an incident that a change caused, its duplicate, a cancelled and a deleted one, and a change's approvals.

The business rule of docs/sources/servicenow.md sends what the Table API answers with `sysparm_display_value=all`; field
names are those of the base system, as ServiceNow's own SDK defines its tables, the values are ours.
"""

from base64 import b64encode
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route, offset

DOCUMENTED = "https://www.servicenow.com/docs/bundle/xanadu-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html"
SDK = Package(
    *("npm", "@servicenow/sdk-core", "4.9.0"),
    "1333545f49a807db2816236a985332e871d12d3dab06fcf18f6988b8997cf45e",
)
INSTANCE = "https://acme.service-now.com"
PAGE = "https://acme.pagerduty.com/incidents/PINC001"
SERVICE = ("S1", "Shop")
DAY = "2026-05-04"


def field(value: str = "", display: str = "", table: str = "") -> dict[str, str]:
    """A field as the Table API has it."""
    link = {"link": f"{INSTANCE}/api/now/table/{table}/{value}"} if table and value else {}
    return {"display_value": display or value, "value": value, **link}


def record(id_: str, number: str, state: str, updated: str, **fields: Any) -> dict[str, Any]:
    """A task: an incident or a change request."""
    return {
        **{
            "sys_id": field(id_),
            "number": field(number),
            "state": field(state),
            "sys_updated_on": field(updated),
        },
        **{
            "sys_created_on": field(f"{DAY} 09:59:00"),
            "business_service": field(*SERVICE, "cmdb_ci_service"),
        },
        **{
            "cmdb_ci": field(),
            "correlation_id": field(),
            "close_code": field(),
            "work_start": field(),
        },
        **fields,
    }


def incident(id_: str, number: str, state: str, updated: str, **fields: Any) -> dict[str, Any]:
    """An incident."""
    return record(
        *(id_, number, state, updated),
        **{
            **{
                # its default, which nobody has touched
                "severity": field("3", "3 - Low"),
                "priority": field("1", "1 - Critical"),
                "urgency": field("1", "1 - High"),
            },
            **{
                "category": field("software", "Software"),
                "short_description": field("Checkout is down"),
            },
            **{
                "description": field(f"See {PAGE}"),
                "close_notes": field(),
                "parent_incident": field(),
            },
            **{
                "caused_by": field("C1", "CHG0030001", "change_request"),
                "opened_by": field("U1", "Somebody", "sys_user"),
            },
            **{"opened_at": field(f"{DAY} 10:00:00"), "resolved_at": field(), "closed_at": field()},
            **{"reopen_count": field("0"), "correlation_id": field("PINC001"), **fields},
        },
    )


def told(table: str, operation: str, at: str, data: dict[str, Any]) -> Delivery:
    """What the business rule sends."""
    id_ = data["sys_id"]["value"]
    plain = {
        name: {part: text for part, text in value.items() if part != "link"}
        for name, value in data.items()
    }
    body = {
        "table": table,
        "operation": operation,
        "sys_id": id_,
        "url": f"{INSTANCE}/{table}.do?sys_id={id_}",
        "record": plain,
    }
    return Delivery(body, received_at=f"{at.replace(' ', 'T')}+00:00")


ONE = ("I1", "INC0010001")
DOWN = {"priority": field("2", "2 - High")}
WEBHOOKS = [
    told("incident", "insert", f"{DAY} 10:00:02", incident(*ONE, "1", f"{DAY} 10:00:01", **DOWN)),
    told("incident", "update", f"{DAY} 10:06:01", incident(*ONE, "2", f"{DAY} 10:06:00")),
    told(
        "incident",
        "update",
        f"{DAY} 10:50:01",
        incident(*ONE, "6", f"{DAY} 10:50:00", resolved_at=field(f"{DAY} 10:50:00")),
    ),
    told(
        "incident",
        "insert",
        f"{DAY} 12:00:01",
        incident("I4", "INC0010004", "1", f"{DAY} 12:00:00"),
    ),
    told(
        "incident",
        "delete",
        f"{DAY} 12:05:01",
        incident("I4", "INC0010004", "1", f"{DAY} 12:00:00"),
    ),
]
INCIDENTS = [
    incident(
        *(*ONE, "7", f"{DAY} 12:30:00"),
        **{
            "resolved_at": field(f"{DAY} 11:40:00"),
            "closed_at": field(f"{DAY} 12:30:00"),
            "reopen_count": field("1"),
        },
    ),
    incident(
        *("I2", "INC0010002", "7", f"{DAY} 12:31:00"),
        **{
            "close_code": field("Duplicate"),
            "parent_incident": field("I1", "INC0010001", "incident"),
            "caused_by": field(),
        },
        **{
            "resolved_at": field(f"{DAY} 10:20:00"),
            "description": field(),
            "correlation_id": field(),
        },
    ),
    incident(
        "I3",
        "INC0010003",
        "8",
        f"{DAY} 12:32:00",
        closed_at=field(f"{DAY} 12:32:00"),
        caused_by=field(),
    ),
]
CHANGES = [
    record(
        "C1",
        "CHG0030001",
        "3",
        f"{DAY} 09:30:00",
        type=field("normal"),
        requested_by=field("U2", "Somebody", "sys_user"),
    )
]


def approval(id_: str, state: str, updated: str, approver: str) -> dict[str, Any]:
    """One person's approval of the change request."""
    return {
        **{
            "sys_id": field(id_),
            "state": field(state),
            "approver": field(approver, "Somebody", "sys_user"),
        },
        **{
            "sysapproval": field("C1", "CHG0030001", "task"),
            "source_table": field("change_request"),
        },
        **{"sys_created_on": field(f"{DAY} 08:00:00"), "sys_updated_on": field(updated)},
    }


APPROVALS = [
    approval("A1", "approved", f"{DAY} 08:30:00", "U3"),
    approval("A2", "requested", f"{DAY} 08:00:00", "U4"),
    approval("A3", "not requested", f"{DAY} 08:00:01", "U5"),
]
WEBHOOKS += [told("sysapproval_approver", "update", f"{DAY} 08:31:00", APPROVALS[0])]


def audit(id_: str, incident_id: str, old: str, new: str, at: str) -> dict[str, Any]:
    """A change of an incident's state."""
    return {
        **{
            "sys_id": field(id_),
            "documentkey": field(incident_id),
            "oldvalue": field(old),
            "newvalue": field(new),
        },
        **{"user": field("ann.example"), "sys_created_on": field(f"{DAY} {at}")},
    }


AUDITS = [
    audit("D1", "I1", "1", "2", "10:05:58"),
    audit("D2", "I1", "2", "6", "10:50:00"),
    audit("D3", "I1", "6", "2", "11:00:00"),
    audit("D4", "I1", "2", "6", "11:40:00"),
    audit("D5", "I1", "6", "7", "12:30:00"),
]


def routes() -> dict[str, Route | list[Route]]:
    """The tables, as the Table API filters, sorts and pages them."""

    def table(records: list[dict[str, Any]], clock: str) -> Route:
        def keep(asked: Request, item: dict[str, Any]) -> bool:
            conditions = str(asked.get("sysparm_query")).split("^")
            starts = [
                text.partition(">=")[2] for text in conditions if text.startswith(f"{clock}>=")
            ]
            return all(item[clock]["value"] >= start for start in starts)

        return Route(records, "result", offset("sysparm_offset"), keep=keep, order=f"{clock}.value")

    tables = {"incident": INCIDENTS, "change_request": CHANGES, "sysapproval_approver": APPROVALS}
    found = {
        f"/api/now/table/{name}": table(records, "sys_updated_on")
        for name, records in tables.items()
    }
    return {**found, "/api/now/table/sys_audit": table(AUDITS, "sys_created_on")}


KEY = "servicenow:incident:"
ROWS = {
    "incidents": [
        {
            **{
                "incident_key": f"{KEY}I1",
                "kind": "incident",
                "number": "INC0010001",
                "state": "resolved",
            },
            **{
                "service_names": ["Shop"],
                "service_aliases": ["S1"],
                "severity_name": "1 - Critical",
                "priority_name": "1 - Critical",
            },
            "labels": ["category:Software", "urgency:1 - High", "severity:3 - Low"],
            **{
                "named_references": sorted(["CHG0030001", "PINC001", PAGE]),
                "is_deleted": False,
                "merged_into_key": None,
            },
            **{
                "cause_references": ["CHG0030001", "servicenow:change_request:C1"],
                "reopened_count": 1,
            },
            **{
                "opened_at": f"{DAY} 10:00:00",
                "acknowledged_at": f"{DAY} 10:05:58",
                "resolved_at": f"{DAY} 11:40:00",
            },
            **{"url": f"{INSTANCE}/incident.do?sys_id=I1", "actor_key": person("U1")},
        },
        {
            **{
                "incident_key": f"{KEY}I2",
                "state": "merged",
                "merged_into_key": f"{KEY}I1",
                "cause_references": [],
            },
            **{
                "resolved_at": f"{DAY} 10:20:00",
                "url": f"{INSTANCE}/nav_to.do?uri=incident.do?sys_id=I2",
            },
        },
        {"incident_key": f"{KEY}I3", "state": "resolved", "is_deleted": True},
        {"incident_key": f"{KEY}I4", "state": "open", "is_deleted": True},
    ],
    "incident_events": [
        {
            "incident_key": f"{KEY}{of}",
            "kind": kind,
            "occurred_at": f"{DAY} {at}",
            "actor_key": person(actor) if actor else None,
        }
        for of, kind, at, actor in [
            ("I1", "opened", "10:00:00", "U1"),
            ("I1", "acknowledged", "10:05:58", "ann.example"),
            ("I1", "severity_changed", "10:06:00", None),
            ("I1", "resolved", "10:50:00", "ann.example"),
            ("I1", "reopened", "11:00:00", "ann.example"),
            ("I1", "resolved", "11:40:00", "ann.example"),
            ("I2", "opened", "10:00:00", "U1"),
            ("I3", "opened", "10:00:00", "U1"),
            ("I4", "opened", "10:00:00", "U1"),
        ]
    ],
    "approvals": [
        {
            **{
                "approval_key": "servicenow:approval:A1",
                "subject_kind": "change_request",
                "state": "approved",
            },
            **{
                "subject_key": "servicenow:change_request:C1",
                "service_name": "Shop",
                "environment_name": None,
            },
            **{"requested_at": f"{DAY} 08:00:00", "decided_at": f"{DAY} 08:30:00"},
            **{"actor_key": person("U3"), "requester_key": person("U2")},
        },
        {
            "approval_key": "servicenow:approval:A2",
            "state": "pending",
            "decided_at": None,
            "actor_key": person("U4"),
        },
    ],
    "quarantine": [],
}
CASE = Case(
    source="servicenow",
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={"user": "engops", "password": "password-of-the-test"},
        rows={"incidents": 3, "change_requests": 1, "approvals": 3, "audits": 5},
        signed=("Authorization", "Basic " + b64encode(b"engops:password-of-the-test").decode()),
        refused="/api/now/table/sys_audit",
        unknown=["servicenow: audits unknown: 403"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "schema",
            [
                (entity, door)
                for entity in ("incidents", "incident_events")
                for door in ("webhook", "api")
            ],
            package=SDK,
            note="our own records, held against the tables of ServiceNow's SDK by tests/test_sdk_models.py",
        ),
        Provenance(
            "own",
            [("incident_events", "api"), ("approvals", "api"), ("approvals", "webhook")],
            url=DOCUMENTED,
            note="audits and approvals, whose tables the SDK has not",
        ),
    ],
)
