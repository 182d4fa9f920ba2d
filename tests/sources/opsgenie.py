"""Opsgenie: an alert that webhooks tell from its creation to its end, others of the API alone, and two incidents.

Webhooks have the form of Opsgenie's documentation (times in milliseconds, of changes in nanoseconds), answers that of
its API, alerts that of its client's models: a list of them has no entity. The values are ours.
"""

from datetime import datetime
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route, cursor

WEBHOOK = "https://docs.opsgenie.com/v1.0/docs/sample-alert-action-data"
DOCUMENTED = "https://docs.opsgenie.com/docs/alert-api"
CLIENT = Package(
    *("pypi", "opsgenie-sdk", "2.1.5"),
    "c38a2f0c7acbcbeb9202ced80ec857b5eda2d99919392fed4083bdfa7be32669",
)
DAY = "2026-06-08"
RUNBOOK = "https://wiki.example.com/runbooks/checkout"
ANN, BEN = "ann@example.com", "ben@example.com"


def epoch(time: str) -> int:
    """Milliseconds since 1970."""
    return int(datetime.fromisoformat(f"{DAY}T{time}+00:00").timestamp() * 1000)


def told(action: str, time: str, who: str, **more: Any) -> Delivery:
    """A webhook of the first alert."""
    alert = {
        **{
            "alertId": "A1",
            "tinyId": "23",
            "alias": "checkout-500",
            "message": f"Checkout is down, see {RUNBOOK}",
        },
        **{
            "entity": "shop",
            "tags": ["payments"],
            "priority": "P1",
            "username": who,
            "userId": "U1",
            "source": who,
        },
        **{"createdAt": epoch("10:00:00"), "updatedAt": epoch(time) * 1_000_000 + 2246, **more},
    }
    source = {"name": "", "type": "web"}
    body = {
        "action": action,
        "alert": alert,
        "source": source,
        "integrationId": "W1",
        "integrationName": "Webhook",
    }
    return Delivery(body, received_at=f"{DAY}T{time}+00:00")


WEBHOOKS = [
    told("Create", "10:00:00.104", "System"),
    told("Acknowledge", "10:05:00.500", ANN),
    told(
        "AddNote",
        "10:20:00",
        ANN,
        note="caused by: https://gitlab.com/acme/shop/-/merge_requests/9",
    ),
    told("UpdatePriority", "10:30:00", ANN, priority="P2"),
    told("Close", "11:00:00.250", BEN, priority="P2"),
    told("AddTags", "11:10:00", BEN, priority="P2"),
]


def alert(id_: str, number: str, status: str, updated: str, **more: Any) -> dict[str, Any]:
    """An alert as the API lists it."""
    return {
        **{
            "id": id_,
            "tinyId": number,
            "alias": f"alias-{id_}",
            "message": "Disk is full",
            "status": status,
            "acknowledged": False,
        },
        **{
            "tags": ["disk"],
            "priority": "P3",
            "source": "monitor",
            "owner": "",
            "count": 1,
        },
        **{"createdAt": f"{DAY}T09:00:00.000Z", "updatedAt": updated, "report": {}, **more},
    }


ALERTS = [
    alert(
        *("A1", "23", "closed", f"{DAY}T11:00:00.250Z"),
        **{
            "alias": "checkout-500",
            "message": f"Checkout is down, see {RUNBOOK}",
            "tags": ["payments"],
            "priority": "P2",
        },
        **{"createdAt": f"{DAY}T10:00:00Z", "acknowledged": True},
        report={"ackTime": 300_500, "closeTime": 3_600_250, "acknowledgedBy": ANN, "closedBy": BEN},
    ),
    alert(
        *("A2", "24", "closed", f"{DAY}T09:31:00Z"),
        report={"ackTime": 60_000, "closeTime": 1_800_000, "acknowledgedBy": BEN, "closedBy": BEN},
    ),
    alert(
        "A3",
        "25",
        "open",
        f"{DAY}T12:00:00Z",
        acknowledged=True,
        report={"ackTime": 5_000, "acknowledgedBy": ANN},
    ),
]


def incident(id_: str, number: str, status: str, **more: Any) -> dict[str, Any]:
    """An incident as the API lists it."""
    return {
        **{
            "id": id_,
            "tinyId": number,
            "message": "Checkout is down",
            "description": "Ticket https://acme.atlassian.net/browse/OPS-3",
        },
        **{
            "status": status,
            "priority": "P1",
            "tags": ["customer"],
            "impactedServices": ["SV1"],
            "responders": [],
        },
        **{
            "createdAt": f"{DAY}T10:02:00Z",
            "updatedAt": f"{DAY}T11:05:00Z",
            "impactStartDate": f"{DAY}T10:00:00Z",
        },
        **{
            "links": {"web": f"https://acme.app.opsgenie.com/incident/detail/{id_}", "api": ""},
            "extraProperties": {},
            **more,
        },
    }


def entry(
    id_: str, kind: str, time: str, actor: str = "System", by: str = "system"
) -> dict[str, Any]:
    """What happened to an incident."""
    return {
        **{
            "id": f"{kind}_{id_}",
            "group": "incident",
            "type": kind,
            "eventTime": f"{DAY}T{time}Z",
            "hidden": False,
        },
        **{"actor": {"name": actor, "type": by}, "title": {"type": "plain_text", "content": kind}},
    }


INCIDENTS = [
    incident("N1", "1", "closed", impactEndDate=f"{DAY}T10:55:00Z"),
    incident("N2", "2", "open", impactedServices=[]),
]
TIMELINES = {
    "N1": [
        entry("1", "IncidentOpened", "10:02:00"),
        entry("2", "StatusPageAdded", "10:02:01"),
        entry("3", "ResponderAlertAcked", "10:05:00", "Ann", "user"),
        entry("4", "IncidentResolved", "10:58:00", "Ben", "user"),
        entry("5", "IncidentClosed", "11:05:00", "Ben", "user"),
    ],
    "N2": [entry("6", "IncidentOpened", "10:02:00")],
}


def routes() -> dict[str, Route | list[Route]]:
    """Opsgenie's lists: the address of the next page stands in the answer."""
    pages = cursor("offset", link="paging.next")

    def keep(asked: Request, item: dict[str, Any]) -> bool:
        since = str(asked.get("query", "updatedAt >= 0")).rpartition(" ")[2]
        return datetime.fromisoformat(item["updatedAt"]).timestamp() * 1000 >= int(since)

    found: dict[str, Route | list[Route]] = {
        "/v2/alerts": Route(ALERTS, "data", pages, keep=keep, order="updatedAt"),
        "/v1/incidents": Route(INCIDENTS, "data", pages),
        "/v1/services": Route([{"id": "SV1", "name": "Shop", "teamId": "T1"}], "data", pages),
    }
    for id_, entries in TIMELINES.items():
        found[f"/v2/incident-timelines/{id_}/entries"] = Route(entries, "data.entries")
    return found


ALERT, INCIDENT = "opsgenie:alert:", "opsgenie:incident:"
CAUSE = "https://gitlab.com/acme/shop/-/merge_requests/9"
ROWS = {
    "incidents": [
        {
            **{
                "incident_key": f"{ALERT}A1",
                "kind": "alert",
                "number": "23",
                "state": "resolved",
                "priority_name": "P2",
            },
            **{
                "service_names": ["shop"],
                "labels": ["payments"],
                "cause_references": [CAUSE],
                "is_deleted": False,
            },
            "named_references": sorted(["checkout-500", RUNBOOK, CAUSE]),
            **{"opened_at": f"{DAY} 10:00:00", "acknowledged_at": f"{DAY} 10:05:00.500000"},
            **{"resolved_at": f"{DAY} 11:00:00.250000", "url": None},
        },
        {
            **{
                "incident_key": f"{ALERT}A2",
                "state": "resolved",
                "service_names": [],
                "named_references": ["alias-A2"],
            },
            **{"acknowledged_at": f"{DAY} 09:01:00", "resolved_at": f"{DAY} 09:30:00"},
        },
        {
            "incident_key": f"{ALERT}A3",
            "state": "acknowledged",
            "acknowledged_at": f"{DAY} 09:00:05",
            "resolved_at": None,
        },
        {
            **{
                "incident_key": f"{INCIDENT}N1",
                "kind": "incident",
                "state": "resolved",
                "severity_name": "P1",
            },
            **{
                "service_names": ["Shop"],
                "service_aliases": ["SV1"],
                "labels": ["customer"],
                "opened_at": f"{DAY} 10:02:00",
            },
            **{
                "acknowledged_at": f"{DAY} 10:05:00",
                "mitigated_at": f"{DAY} 10:55:00",
                "resolved_at": f"{DAY} 10:58:00",
            },
            **{"named_references": ["https://acme.atlassian.net/browse/OPS-3"]},
            "url": "https://acme.app.opsgenie.com/incident/detail/N1",
        },
        {
            "incident_key": f"{INCIDENT}N2",
            "state": "open",
            "resolved_at": None,
            "service_names": [],
        },
    ],
    "incident_events": [
        {
            "incident_key": of,
            "kind": kind,
            "occurred_at": f"{DAY} {time}",
            "actor_key": person(actor) if actor else None,
        }
        for of, kind, time, actor in [
            (f"{ALERT}A1", "opened", "10:00:00", None),
            (f"{ALERT}A1", "acknowledged", "10:05:00.500000", ANN),
            (f"{ALERT}A1", "severity_changed", "10:30:00", ANN),
            (f"{ALERT}A1", "resolved", "11:00:00.250000", BEN),
            (f"{ALERT}A2", "opened", "09:00:00", None),
            (f"{ALERT}A2", "acknowledged", "09:01:00", BEN),
            (f"{ALERT}A2", "resolved", "09:30:00", BEN),
            (f"{ALERT}A3", "opened", "09:00:00", None),
            (f"{ALERT}A3", "acknowledged", "09:00:05", ANN),
            (f"{INCIDENT}N1", "opened", "10:02:00", None),
            (f"{INCIDENT}N1", "acknowledged", "10:05:00", "Ann"),
            (f"{INCIDENT}N1", "resolved", "10:58:00", "Ben"),
            (f"{INCIDENT}N2", "opened", "10:02:00", None),
        ]
    ],
    "quarantine": [],
}
CASE = Case(
    source="opsgenie",
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={"token": "token-of-the-test"},
        rows={"alerts": 3, "incidents": 2, "incident_timelines": 6, "services": 1},
        signed=("Authorization", "GenieKey token-of-the-test"),
        refused="/v1/services",
        unknown=["opsgenie: services unknown: 403"],
    ),
    rows=ROWS,
    provenance=[
        Provenance("own", [("incidents", "webhook"), ("incident_events", "webhook")], url=WEBHOOK),
        Provenance(
            "schema",
            [("incidents", "api"), ("incident_events", "api")],
            package=CLIENT,
            note="our own alerts, held against the models of Opsgenie's client by tests/test_sdk_models.py",
        ),
        Provenance(
            "own",
            [("incidents", "api"), ("incident_events", "api")],
            url=DOCUMENTED,
            note="incidents and their timelines, which the client hardly knows",
        ),
    ],
)
