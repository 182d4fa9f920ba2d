"""Datadog: SLOs by a metric and by a monitor, an incident, deployments, and a monitor's alerts.

The cassettes of Datadog's own client are answered as they were recorded; the other payloads have the form of its
OpenAPI files and of its documentation of webhooks, and our values.
"""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Route, offset

CLIENT = Package(
    *("pypi", "datadog-api-client", "2.62.0"),
    "fec6a649dac5dd7224f64662390005e6d6ce688029742278346f46190d0fc902",
)
RECORDED = "627a3ccd24af50beb8eacbd36c5962f9"
MIDNIGHT = 1772409600  # 2026-03-02 00:00 UTC
HOUR = 3600
SHA = "5d8f1bb0b9a35ab2a2e1f0e6f0f3c35a1c9d7e42"
COMMIT = f"https://github.com/acme/shop/commit/{SHA}"
MONITOR = "https://app.datadoghq.com/monitors/77"


def cassette(version: str, name: str, number: int) -> Any:
    """The answer of one recorded exchange."""
    (folder,) = CLIENT.path().iterdir()
    path = folder / "tests" / version / "cassettes" / "test_scenarios" / f"test_{name}.yaml"
    exchange = yaml.safe_load(path.read_text())["interactions"][number]
    return json.loads(exchange["response"]["body"]["string"])


def slo(id_: str, name: str, kind: str, tags: list[str], **targets: float) -> dict[str, Any]:
    """An SLO as the API lists it."""
    thresholds = [{"timeframe": frame, "target": target} for frame, target in targets.items()]
    return {
        **{"id": id_, "name": name, "type": kind, "tags": tags, "thresholds": thresholds},
        **{"created_at": MIDNIGHT, "modified_at": MIDNIGHT, "description": "", "monitor_tags": []},
    }


def history(**told: Any) -> dict[str, Any]:
    """The history of a day."""
    return {"data": {"from_ts": MIDNIGHT, "to_ts": MIDNIGHT + 24 * HOUR, **told}, "errors": None}


EVENTS = {
    "interval": 2 * HOUR,
    "times": [1000.0 * (MIDNIGHT + hour * HOUR) for hour in (-2, 0, 2)],
    "numerator": {"values": [5.0, 99.0, 10.0], "sum": 114.0, "count": 3},
    "denominator": {"values": [5.0, 100.0, 10.0], "sum": 115.0, "count": 3},
}
# Down from six, unknown from seven, up from eight.
STATES = [[MIDNIGHT + hour * HOUR, state] for hour, state in ((0, 0), (6, 1), (7, 2), (8, 0))]


def field(value: Any) -> dict[str, Any]:
    """A field of an incident."""
    return {"type": "textbox", "value": value}


INCIDENT = {
    "id": "00000000-0000-0000-0000-000000000001",
    "type": "incidents",
    "attributes": {
        **{"public_id": 7, "title": "Checkout answers 500", "state": "resolved"},
        **{"severity": "SEV-2", "is_test": False, "archived": None},
        **{"created": "2026-03-02T10:02:00+00:00", "detected": "2026-03-02T10:00:00+00:00"},
        **{"declared": "2026-03-02T10:03:00+00:00", "modified": "2026-03-02T12:00:00+00:00"},
        "customer_impact_end": "2026-03-02T10:30:00+00:00",
        "resolved": "2026-03-02T11:00:00+00:00",
        "fields": {
            **{"slug": field("IR-7"), "services": field(["shop"]), "teams": field(None)},
            **{"detection_method": field("monitor"), "root_cause": field(f"See {COMMIT}")},
            "summary": field(f"Told by {MONITOR}"),
        },
    },
    "relationships": {"created_by_user": {"data": {"type": "users", "id": "U1"}}},
}
DEPLOYMENT = {
    "id": "4242fcdd",
    "type": "dora_deployment",
    "attributes": {
        **{"service": "shop", "env": "production", "version": "v2"},
        **{"started_at": "2026-03-02T09:00:00Z", "finished_at": "2026-03-02T09:05:00Z"},
        "git": {"commit_sha": SHA, "repository_id": "github.com/Acme/shop"},
    },
}


def routes() -> Mapping[str, Any]:
    """Datadog's lists."""
    slos = [
        slo("a1", "Checkout", "metric", ["service:shop", "env:prod"], **{"7d": 99.9, "30d": 99.5}),
        slo("b2", "Search is up", "monitor", [], **{"30d": 99.0}),
        *cassette("v1", "get_an_slos_history_returns_ok_response", 0)["data"],
    ]
    recorded = cassette("v1", "get_an_slos_history_returns_ok_response", 1)
    incidents = cassette("v2", "get_a_list_of_incidents_returns_ok_response", 1)["data"]
    dora = "get_a_list_of_deployment_events_returns_deployments_with_datetime_timestamps"
    deployments = [*cassette("v2", dora, 0)["data"], DEPLOYMENT]
    return {
        "/api/v1/slo": Route(slos, "data", offset(), size=100),
        "/api/v1/slo/a1/history": Route(lambda _: history(type="metric", series=EVENTS)),
        "/api/v1/slo/b2/history": Route(
            lambda _: history(type="monitor", overall={"history": STATES})
        ),
        f"/api/v1/slo/{RECORDED}/history": Route(lambda _: recorded),
        "/api/v2/incidents": Route(
            [*incidents, INCIDENT], "data", offset("page[offset]"), size=100
        ),
        "/api/v2/dora/deployments": Route(deployments, "data"),
    }


def told(id_: str, cycle: str, transition: str, at: int, **more: str) -> Delivery:
    """A webhook by the template of our documentation."""
    body = {
        **{"event_type": "metric_alert_monitor", "id": id_, "alert_id": "77"},
        **{"alert_cycle_key": cycle, "alert_transition": transition, "date": f"{at}000"},
        **{"alert_priority": "P2", "tags": "env:prod, service:shop", "link": MONITOR, **more},
    }
    return Delivery(body, received_at="2026-03-02T12:00:00+00:00")


WEBHOOKS = [
    told("1", "9001", "Triggered", MIDNIGHT + 10 * HOUR),
    told("2", "9001", "Re-Triggered", MIDNIGHT + 11 * HOUR),
    told("3", "9001", "Recovered", MIDNIGHT + 12 * HOUR),
    told("4", "9002", "Triggered", MIDNIGHT + 13 * HOUR, tags="env:prod", event_type="slo_alert"),
]


def measured(
    key: str, start: str, end: str, good: float, total: float, ratio: float | None
) -> dict[str, Any]:
    """A measurement."""
    return {
        **{"slo_key": f"datadog:slo:{key}", "started_at": start, "ended_at": end},
        **{"good_count": good, "total_count": total, "ratio": ratio},
    }


DAY = "2026-03-02"
ROWS = {
    "slos": [
        {
            **{"slo_key": "datadog:slo:a1:7d", "service_name": "shop", "name": "Checkout"},
            **{"objective": 0.999, "window_kind": "rolling", "window_days": 7},
            **{"budgeting_method": "Occurrences", "is_deleted": False},
        },
        {"slo_key": "datadog:slo:a1:30d", "objective": 0.995, "window_days": 30},
        {
            **{"slo_key": "datadog:slo:b2:30d", "service_name": "Search is up"},
            **{"objective": 0.99, "budgeting_method": "Timeslices"},
        },
        {"slo_key": f"datadog:slo:{RECORDED}:7d", "objective": 0.95, "window_days": 7},
    ],
    "slo_measurements": [
        *(
            measured(f"a1:{frame}", f"{DAY} 0{hour}:00:00", f"{DAY} 0{hour + 2}:00:00", *counts)
            for frame in ("7d", "30d")
            for hour, counts in ((0, (99, 100, 0.99)), (2, (10, 10, 1)))
        ),
        measured("b2:30d", f"{DAY} 00:00:00", f"{DAY} 06:00:00", 21600, 21600, 1),
        measured("b2:30d", f"{DAY} 06:00:00", f"{DAY} 07:00:00", 0, 3600, 0),
        measured("b2:30d", f"{DAY} 08:00:00", "2026-03-03 00:00:00", 57600, 57600, 1),
        # recorded: nothing was counted from two hours to two hours
        *(
            measured(
                f"{RECORDED}:7d",
                f"2024-01-03 {hour:02}:00:00",
                f"2024-01-03 {hour + 2:02}:00:00" if hour < 22 else "2024-01-04 00:00:00",
                *(0, 0, None),
            )
            for hour in range(0, 24, 2)
        ),
    ],
    "incidents": [
        {
            "incident_key": "datadog:incident:00000000-0000-0000-0000-000000000001",
            **{"kind": "incident", "number": "IR-7", "state": "resolved", "is_deleted": False},
            **{"severity_name": "SEV-2", "service_names": ["shop"]},
            **{"labels": ["detection_method:monitor"], "cause_references": [COMMIT, SHA]},
            "named_references": sorted([COMMIT, SHA, MONITOR]),
            **{"opened_at": f"{DAY} 10:00:00", "acknowledged_at": f"{DAY} 10:03:00"},
            **{"mitigated_at": f"{DAY} 10:30:00", "resolved_at": f"{DAY} 11:00:00"},
            "actor_key": person("U1"),
        },
        {
            **{"incident_key": "datadog:alert:9001", "kind": "alert", "state": "resolved"},
            **{"opened_at": f"{DAY} 10:00:00", "resolved_at": f"{DAY} 12:00:00"},
            **{"service_names": ["shop"], "labels": ["env:prod", "service:shop"], "url": MONITOR},
            "severity_name": "P2",
        },
        {
            **{"incident_key": "datadog:alert:9002", "kind": "alert", "state": "open"},
            **{"resolved_at": None, "service_names": []},
        },
        {
            "incident_key": "datadog:incident:d3c614dc-93e7-4648-b104-b4047548deca",
            **{"number": "IR-336084", "state": "open", "severity_name": "SEV-5"},
            **{"opened_at": "2025-01-01 00:00:00", "resolved_at": None},
        },
    ],
    "incident_events": [
        {"incident_key": f"datadog:{of}", "kind": kind, "occurred_at": f"{DAY} {at}"}
        for of, kind, at in [
            ("incident:00000000-0000-0000-0000-000000000001", "opened", "10:00:00"),
            ("incident:00000000-0000-0000-0000-000000000001", "acknowledged", "10:03:00"),
            ("incident:00000000-0000-0000-0000-000000000001", "mitigated", "10:30:00"),
            ("incident:00000000-0000-0000-0000-000000000001", "resolved", "11:00:00"),
            ("alert:9001", "opened", "10:00:00"),
            ("alert:9001", "resolved", "12:00:00"),
            ("alert:9002", "opened", "13:00:00"),
        ]
    ],
    "deployments": [
        {
            **{"candidate_key": "datadog:deployment:4242fcdd", "service_name": "shop"},
            **{"repository_key": "github.com/acme/shop", "commit_sha": SHA, "name": "v2"},
            **{"environment_name": "production", "outcome": "success", "kind": "deployment"},
            **{"started_at": f"{DAY} 09:00:00", "finished_at": f"{DAY} 09:05:00"},
        },
        {
            **{"candidate_key": "datadog:deployment:abc-123", "service_name": "shopist"},
            **{"repository_key": None, "commit_sha": None, "name": "v1.12.07"},
            "finished_at": "2023-08-31 14:26:24",
        },
    ],
}
API_ENTITIES = ("slos", "slo_measurements", "incidents", "incident_events", "deployments")

CASE = Case(
    source="datadog",
    webhooks=WEBHOOKS,
    api=Api(
        routes=lambda: dict(routes()),
        settings={"api_key": "key-of-datadog", "application_key": "application-of-datadog"},
        rows={"slos": 3, "slo_history": 3, "incidents": 7, "deployments": 2},
        signed=("DD-API-KEY", "key-of-datadog"),
        refused="/api/v1/slo/b2/history",
        unknown=["b2: slo_history unknown: 403"],
    ),
    rows=ROWS,
    among_others=("incidents", "incident_events"),
    provenance=[
        Provenance("recorded", package=CLIENT, covers=[(entity, "api") for entity in API_ENTITIES]),
        Provenance(
            "own",
            covers=[("incidents", "webhook"), ("incident_events", "webhook")],
            url="https://docs.datadoghq.com/integrations/webhooks/",
            note="variables of the documentation, in our template",
        ),
    ],
)
