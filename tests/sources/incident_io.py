"""incident.io: an incident with its updates, one that was merged into it, one that was declined.

The payloads have the form of those that incident.io's own client documents; the values are ours. The client's examples
themselves, taken from the package, come as well.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route, between, cursor

CLIENT = Package(
    *(
        "wheel",
        "incident-io",
        "2.29.0",
        "c9a1764f8e05bf8cfdc037a67dbf1934950fea4d8b570838d3bbfcd538c095bc",
    )
)

TICKET = "https://linear.app/acme/issue/OPS-9"
PAGE = "https://acme.pagerduty.com/incidents/PINC001"
CHANGE = "https://gitlab.com/acme/shop/-/merge_requests/7"
AT = "2026-04-01T"


def status(category: str, name: str) -> dict[str, Any]:
    """A status of an incident."""
    return {
        **{"id": f"ST{name}", "name": name, "category": category, "description": "", "rank": 1},
        **{"created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z"},
    }


def actor(address: str) -> dict[str, Any]:
    """Who did it."""
    user = {
        "id": f"U-{address}",
        "name": "Somebody",
        "email": address,
        "role": "owner",
        "slack_user_id": "U1",
    }
    return {"user": user}


def severity(name: str) -> dict[str, Any]:
    """A severity."""
    return {
        "id": f"SEV{name}",
        "name": name,
        "description": "",
        "rank": 1,
        "created_at": AT,
        "updated_at": AT,
    }


def stamp(name: str, time: str | None) -> dict[str, Any]:
    """A time of the lifecycle that people may correct."""
    return {
        "incident_timestamp": {"id": name, "name": name, "rank": 1},
        "value": {"value": time} if time else None,
    }


def entry(name: str, kind: str, **value: Any) -> dict[str, Any]:
    """A custom field with one value."""
    field = {"id": f"CF{name}", "name": name, "description": "", "field_type": kind, "options": []}
    return {"custom_field": field, "values": [value]}


def incident(
    id_: str, number: int, updated: str, state: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """An incident, as the API and its webhooks have it."""
    return {
        **{
            "id": id_,
            "reference": f"INC-{number}",
            "name": "Checkout is down",
            "mode": "standard",
            "visibility": "public",
        },
        **{
            "summary": f"Told by {PAGE}. Caused by: {CHANGE}",
            "permalink": f"https://app.incident.io/acme/incidents/{number}",
        },
        **{
            "created_at": f"{AT}10:00:00.500Z",
            "updated_at": updated,
            "creator": actor("ann@example.com"),
        },
        **{
            "incident_status": state,
            "severity": severity("Major"),
            "incident_role_assignments": [],
            "team_ids": [],
        },
        **{
            "incident_type": {"id": "T1", "name": "Production", "is_default": True},
            "last_activity_at": updated,
        },
        "custom_field_entries": [
            entry(
                "Affected services",
                "multi_select",
                value_catalog_entry={"id": "E1", "name": "Shop", "external_id": "shop-api"},
            ),
            entry(
                "Region",
                "single_select",
                value_option={
                    "id": "O1",
                    "value": "eu",
                    "custom_field_id": "CFRegion",
                    "sort_key": 1,
                },
            ),
        ],
        "incident_timestamp_values": [
            stamp("Reported at", f"{AT}09:58:00Z"),
            stamp("Resolved at", None),
        ],
        "external_issue_reference": {
            "issue_name": "OPS-9",
            "issue_permalink": TICKET,
            "provider": "linear",
        },
        **{
            "slack_channel_id": "C1",
            "slack_team_id": "T1",
            "slack_channel_url": None,
            "call_url": None,
        },
        **more,
    }


def told(event: str, at: str, data: Any) -> Delivery:
    """A webhook."""
    name = f"public_incident.{event}"
    return Delivery({"event_type": name, name: data}, {"webhook-id": f"msg_{event}_{at}"}, at)


TRIAGE, LIVE = status("triage", "Triage"), status("live", "Investigating")
MONITORING, CLOSED = status("live", "Monitoring"), status("closed", "Closed")
ONE = ("I1", 42)
FOLLOW_UP = {
    **{
        "id": "F1",
        "incident_id": "I1",
        "title": "Add an alert",
        "status": "outstanding",
        "labels": [],
    },
    **{
        "created_at": f"{AT}12:00:00Z",
        "updated_at": f"{AT}12:00:00Z",
        "creator": actor("ann@example.com"),
    },
}
DONE = {
    **FOLLOW_UP,
    "status": "completed",
    "completed_at": "2026-04-03T08:00:00Z",
    "updated_at": "2026-04-03T08:00:00Z",
}
DOCUMENT = {
    **{
        "id": "D1",
        "incident_id": "I1",
        "title": "INC-42",
        "type": "in_app",
        "status": "in_progress",
        "editors": [],
    },
    **{
        "document_url": "https://app.incident.io/acme/incidents/42/post-mortems/D1",
        "exported_urls": [],
    },
    **{"created_at": f"{AT}13:00:00Z", "updated_at": "2026-04-05T15:00:00Z"},
}
WEBHOOKS = [
    told("incident_created_v2", f"{AT}10:00:01Z", incident(*ONE, f"{AT}10:00:00.700Z", TRIAGE)),
    told(
        *("incident_status_updated_v2", f"{AT}10:05:01Z"),
        {
            "incident": incident(*ONE, f"{AT}10:05:00.900Z", LIVE),
            "new_status": LIVE,
            "previous_status": TRIAGE,
            "message": "",
        },
    ),
    told(
        *("incident_updated_v2", f"{AT}10:07:00Z"),
        incident(
            *ONE,
            f"{AT}10:06:59Z",
            LIVE,
            severity=severity("Critical"),
            related_incidents=["INC-41"],
        ),
    ),
    told("follow_up_created_v2", f"{AT}12:00:01Z", FOLLOW_UP),
    told("follow_up_updated_v2", "2026-04-03T08:00:01Z", DONE),
    told(
        *("postmortem_document_status_updated_v1", "2026-04-05T15:00:01Z"),
        {"new_status": "complete", "previous_status": "review", "postmortem_document": DOCUMENT},
    ),
    Delivery(
        {
            "event_type": "private_incident.incident_created_v2",
            "private_incident.incident_created_v2": {"id": "I9"},
        },
        {"webhook-id": "msg_private"},
        f"{AT}11:00:00+00:00",
    ),
]
INCIDENTS = [
    incident(
        *(*ONE, f"{AT}11:40:10Z", CLOSED),
        severity=severity("Critical"),
        incident_timestamp_values=[
            stamp("Reported at", f"{AT}09:58:00Z"),
            stamp("Resolved at", f"{AT}11:35:00Z"),
        ],
    ),
    incident(
        "I2",
        43,
        f"{AT}10:30:00Z",
        status("merged", "Merged"),
        summary="the same",
        external_issue_reference=None,
    ),
    incident(
        "I3",
        44,
        f"{AT}10:30:00Z",
        status("declined", "Declined"),
        summary=None,
        severity=None,
        custom_field_entries=[],
    ),
]


def update(
    id_: str, incident_id: str, at: str, state: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """An update of an incident."""
    return {
        **{
            "id": id_,
            "incident_id": incident_id,
            "created_at": at,
            "new_incident_status": state,
            "message": "working on it",
        },
        **{"new_severity": severity("Major"), "updater": actor("ben@example.com"), **more},
    }


SEV = {"new_severity": severity("Critical")}
UPDATES = [
    update("P1", "I1", f"{AT}10:00:00.600Z", TRIAGE),
    update("P2", "I1", f"{AT}10:05:00.800Z", LIVE),
    update("P3", "I1", f"{AT}11:00:00Z", MONITORING, **SEV),
    update("P4", "I1", f"{AT}11:35:30Z", CLOSED, **SEV),
    update("P5", "I2", f"{AT}10:00:01Z", TRIAGE),
    update("P6", "I2", f"{AT}10:29:59Z", status("merged", "Merged"), merged_into_incident_id="I1"),
    update("P7", "I3", f"{AT}10:00:01Z", TRIAGE),
]

FOLLOW_UPS = [
    {**DONE, "updated_at": "2026-04-03T08:00:05Z"},
    {**FOLLOW_UP, "id": "F2", "status": "not_doing"},
]
DOCUMENTS = [{**DOCUMENT, "status": "completed", "updated_at": "2026-04-05T15:00:30Z"}]


def example(model: str) -> dict[str, Any]:
    """The example of a model that stands in incident.io's client."""
    module = (CLIENT.path() / "incident_io" / "models" / f"{model}.py").read_text()
    found = re.search(r"Example:\n(.*?)\n\n", module, re.DOTALL)
    assert found, model
    body: dict[str, Any] = ast.literal_eval(" ".join(found[1].split()))
    return body


def routes() -> dict[str, Route | list[Route]]:
    """incident.io's lists: cursors, but for the follow-ups."""
    pages = cursor("after", at="pagination_meta.after")

    def updates(asked: Request) -> list[dict[str, Any]]:
        return [told for told in UPDATES if told["incident_id"] == asked.get("incident_id")]

    incidents = [*INCIDENTS, *example("incidents_list_result_v2")["incidents"]]
    follow_ups = [*FOLLOW_UPS, *example("follow_ups_list_result_v2")["follow_ups"]]
    return {
        "/v2/incidents": Route(
            incidents, "incidents", pages, keep=between("updated_at", "updated_at[gte]")
        ),
        "/v2/incident_updates": Route(updates, "incident_updates", pages),
        "/v2/follow_ups": Route(follow_ups, "follow_ups"),
        "/v1/postmortem_documents": Route(DOCUMENTS, "postmortem_documents", pages),
    }


def examples() -> Iterator[Delivery]:
    """The example of each webhook that stands in incident.io's client, as it stands there."""
    for event in (
        *("incident_created_v2", "incident_updated_v2", "incident_status_updated_v2"),
        *("follow_up_created_v2", "follow_up_updated_v2", "postmortem_document_status_updated_v1"),
    ):
        body = example(f"webhooks_public_incident_{event}_response_body")
        yield Delivery(body, {"webhook-id": f"msg_example_{event}"}, "2026-06-01T00:00:00+00:00")


INCIDENT = "incident_io:incident:I1"
EXAMPLE = "incident_io:incident:01FDAG4SAP5TYPT98WGR2N7W91"
ROWS = {
    "incidents": [
        {
            **{
                "incident_key": INCIDENT,
                "kind": "incident",
                "number": "INC-42",
                "state": "resolved",
            },
            **{
                "service_names": ["Shop"],
                "service_aliases": ["shop-api"],
                "severity_name": "Critical",
                "merged_into_key": None,
            },
            "labels": ["type:Production", "status:Closed", "Affected services:Shop", "Region:eu"],
            "named_references": sorted(
                [CHANGE, "INC-41", "OPS-9", PAGE, TICKET, DOCUMENT["document_url"]]
            ),
            **{"cause_references": [CHANGE], "reopened_count": 0, "is_deleted": False},
            **{"opened_at": "2026-04-01 09:58:00", "acknowledged_at": "2026-04-01 10:05:00.800000"},
            **{"mitigated_at": "2026-04-01 11:00:00", "resolved_at": "2026-04-01 11:35:00"},
            **{"postmortem_at": "2026-04-05 15:00:00", "actor_key": person("ann@example.com")},
        },
        {
            **{
                "incident_key": "incident_io:incident:I2",
                "state": "merged",
                "merged_into_key": INCIDENT,
            },
            **{"resolved_at": "2026-04-01 10:29:59", "is_deleted": False},
        },
        {
            "incident_key": "incident_io:incident:I3",
            "state": "resolved",
            "is_deleted": True,
            "severity_name": None,
        },
        {
            **{
                "incident_key": EXAMPLE,
                "number": "INC-123",
                "state": "open",
                "severity_name": "Minor",
                "is_deleted": False,
            },
            **{"opened_at": "2021-08-17 13:28:57.801578", "actor_key": person("lisa@incident.io")},
        },
    ],
    "incident_events": [
        {
            "incident_key": INCIDENT,
            "kind": kind,
            "occurred_at": f"2026-04-{time}",
            "actor_key": actor,
        }
        for kind, time, actor in [
            ("opened", "01 10:00:00.500000", person("ann@example.com")),
            # told by the update, a tenth of a second before the incident says that it changed
            ("acknowledged", "01 10:05:00.800000", person("ben@example.com")),
            ("severity_changed", "01 10:06:59", None),
            ("mitigated", "01 11:00:00", person("ben@example.com")),
            ("resolved", "01 11:35:30", person("ben@example.com")),
            ("postmortem_published", "05 15:00:00", None),
        ]
    ]
    + [
        {
            "incident_key": "incident_io:incident:I2",
            "kind": "opened",
            "occurred_at": "2026-04-01 10:00:00.500000",
        },
        {
            "incident_key": "incident_io:incident:I2",
            "kind": "merged",
            "occurred_at": "2026-04-01 10:29:59",
        },
        {
            "incident_key": "incident_io:incident:I3",
            "kind": "opened",
            "occurred_at": "2026-04-01 10:00:00.500000",
        },
        {"incident_key": EXAMPLE, "kind": "opened", "occurred_at": "2021-08-17 13:28:57.801578"},
    ],
    "incident_actions": [
        {
            **{"action_key": "incident_io:follow_up:F1", "incident_key": INCIDENT, "state": "done"},
            **{
                "created_at": "2026-04-01 12:00:00",
                "completed_at": "2026-04-03 08:00:00",
                "due_at": None,
            },
        },
        {"action_key": "incident_io:follow_up:F2", "state": "dropped", "completed_at": None},
        {"action_key": "incident_io:follow_up:01FCNDV6P870EA6S7TK1DSYDG0", "state": "open"},
    ],
}
DOORS = [(entity, "webhook") for entity in ("incidents", "incident_events", "incident_actions")]
CASE = Case(
    source="incident_io",
    webhooks=lambda: [*WEBHOOKS, *examples()],
    api=Api(
        routes,
        settings={"token": "token-of-the-test"},
        rows={"incidents": 4, "incident_updates": 7, "follow_ups": 3, "postmortems": 1},
        signed=("Authorization", "Bearer token-of-the-test"),
        refused="/v1/postmortem_documents",
        unknown=["incident_io: postmortems unknown: 403"],
        cursors=["/v2/incidents"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "schema",
            [(entity, door) for entity, _ in DOORS for door in ("webhook", "api")],
            CLIENT,
            note="the examples in the client's docstrings",
        ),
        Provenance(
            "own",
            [(entity, "api") for entity, _ in DOORS],
            url="https://api-docs.incident.io",
            note="updates and post-mortems",
        ),
    ],
)
