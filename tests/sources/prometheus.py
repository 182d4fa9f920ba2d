"""Prometheus and OpenSLO: SLOs of three services and every kind of indicator, and what Alertmanager told of two alerts.

The files lie in tests/openslo and are ours. Prometheus 2.42 answered, asked for expressions that give these values;
Alertmanager 0.25 told of an alert that fired twice and of one that always fires: tests/recordings. Other groups have
the form of its documentation, and our values.
"""

import json
from typing import Any

from tests.conftest import PROJECT
from tests.sources import Case, Delivery, Provenance
from tests.vendor_server import Api, Request, Route

RUNBOOK = "https://runbooks.example.com/checkout"
GRAPH = "http://prometheus.example.com:9090/graph?g0.expr=up"
RECORDINGS = PROJECT / "tests" / "recordings"
# What each query gives at 11:00, 12:00 and so on.
SERIES = json.loads((RECORDINGS / "prometheus.json").read_text())


def answer(request: Request) -> dict[str, Any]:
    """What Prometheus says to a query over a stretch."""
    query, start, end = (str(request.get(name)) for name in ("query", "start", "end"))
    name = next(name for name in SERIES if name in query)
    answered = SERIES[name]
    (found,) = answered["data"]["result"]
    values = [one for one in found["values"] if float(start) <= one[0] <= float(end)]
    result = [{**found, "values": values}] if values else []
    return {**answered, "data": {**answered["data"], "result": result}}


def alert(fingerprint: str, starts: str, ends: str | None, **labels: str) -> dict[str, Any]:
    """One alert of a group."""
    return {
        "status": "resolved" if ends else "firing",
        "labels": {"alertname": "Errors", **labels},
        "annotations": {"summary": "Too many errors", "runbook_url": RUNBOOK},
        "startsAt": starts,
        "endsAt": ends or "0001-01-01T00:00:00Z",
        "generatorURL": GRAPH,
        "fingerprint": fingerprint,
    }


def told(at: str, *alerts: dict[str, Any]) -> Delivery:
    """A webhook of a group."""
    status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
    group = {"alertname": "Errors"}
    body = {
        **{"version": "4", "groupKey": '{}:{alertname="Errors"}', "truncatedAlerts": 0},
        **{"status": status, "receiver": "engops", "groupLabels": group, "commonLabels": group},
        **{"commonAnnotations": {}, "externalURL": "http://alertmanager.example.com:9093"},
        "alerts": list(alerts),
    }
    return Delivery(body, received_at=at)


FIRST = ("a1b2c3d4e5f60718", "2026-03-02T10:05:00.123Z")
LABELS = {"service": "shop", "severity": "critical", "job": "checkout"}
OTHER = ("0f1e2d3c4b5a6978", "2026-03-02T10:06:00Z")
WEBHOOKS = [
    told("2026-03-02T10:05:30+00:00", alert(*FIRST, None, **LABELS)),
    told("2026-03-02T10:06:30+00:00", alert(*FIRST, None, **LABELS), alert(*OTHER, None)),
    told(
        "2026-03-02T10:20:30+00:00",
        alert(*FIRST, "2026-03-02T10:20:00.123Z", **LABELS),
        alert(*OTHER, None),
    ),
    # the first fires again
    told("2026-03-02T11:00:30+00:00", alert(FIRST[0], "2026-03-02T12:00:00+01:00", None, **LABELS)),
    *(Delivery(**one) for one in json.loads((RECORDINGS / "alertmanager.json").read_text())),
]
SEEN = "prometheus:alert:913d10eb7bea121b:2026-11-29T12"


def measured(
    slo: str, hour: int, good: float | None, total: float | None, ratio: float | None
) -> dict[str, Any]:
    """A row of an hour that ends at `hour`."""
    return {
        "slo_key": f"prometheus:slo:{slo}",
        "started_at": f"2026-03-02 {hour - 1}:00:00",
        "ended_at": f"2026-03-02 {hour}:00:00",
        **{"good_count": good, "total_count": total, "ratio": ratio},
    }


ROWS = {
    "slos": [
        {
            **{"slo_key": "prometheus:slo:checkout-availability", "service_name": "shop"},
            **{"name": "Checkout answers: promised", "objective": 0.995, "window_kind": "rolling"},
            **{"window_days": 28, "calendar_unit": None, "budgeting_method": "Occurrences"},
            **{"starts_at": None, "is_deleted": False, "url": None},
        },
        {
            **{"slo_key": "prometheus:slo:checkout-availability:2", "objective": 0.9995},
            **{"name": "Checkout answers: wanted", "service_name": "shop"},
        },
        {
            **{"slo_key": "prometheus:slo:search-latency", "service_name": "search"},
            **{"name": "Search is fast", "objective": 0.9, "window_kind": "calendar"},
            **{"window_days": None, "calendar_unit": "month", "budgeting_method": "Timeslices"},
            **{"starts_at": "2025-12-31 23:00:00", "is_deleted": False},
        },
        {
            **{"slo_key": "prometheus:slo:search-errors", "calendar_unit": "quarter"},
            **{"name": "search-errors", "budgeting_method": "RatioTimeslices"},
        },
        {"slo_key": "prometheus:slo:payments", "window_days": 7, "service_name": "payments"},
    ],
    "slo_measurements": [
        measured("checkout-availability", 11, 990, 1000, 0.99),
        # what is good is not known, and not none
        measured("checkout-availability", 13, None, 200, None),
        measured("checkout-availability:2", 11, 990, 1000, 0.99),
        measured("checkout-availability:2", 13, None, 200, None),
        measured("search-latency", 11, 1, 1, 1),
        measured("search-latency", 12, 0, 1, 0),
        measured("search-latency", 13, 0, 1, 0),
        measured("search-errors", 11, 0.95, 1, 0.95),
        measured("payments", 11, None, None, 0.75),
    ],
    "incidents": [
        {
            **{"incident_key": f"prometheus:alert:{FIRST[0]}:2026-03-02T10:05:00.123000Z"},
            **{"kind": "alert", "state": "resolved", "severity_name": "critical"},
            "labels": ["alertname:Errors", "job:checkout", "service:shop", "severity:critical"],
            **{"service_names": ["shop"], "service_aliases": ["checkout"]},
            **{"named_references": [GRAPH, RUNBOOK]},
            **{"url": GRAPH, "is_deleted": False, "acknowledged_at": None},
            **{"opened_at": "2026-03-02 10:05:00.123000"},
            **{"resolved_at": "2026-03-02 10:20:00.123000"},
        },
        {
            **{"incident_key": f"prometheus:alert:{OTHER[0]}:2026-03-02T10:06:00.000000Z"},
            **{"state": "open", "resolved_at": None, "service_names": [], "severity_name": None},
        },
        {
            **{"incident_key": f"prometheus:alert:{FIRST[0]}:2026-03-02T11:00:00.000000Z"},
            **{"state": "open", "opened_at": "2026-03-02 11:00:00", "resolved_at": None},
        },
        {
            **{"incident_key": f"{SEEN}:20:43.426000Z", "state": "resolved"},
            **{"severity_name": "critical", "service_names": ["shop"]},
            "labels": [
                *("alertname:Errors", "cluster:eu", "instance:127.0.0.1:9911", "job:checkout"),
                *("service:shop", "severity:critical"),
            ],
            "url": "http://prometheus.example.com:9090/graph?g0.expr=shop_errors+%3E+0&g0.tab=1",
            "opened_at": "2026-11-29 12:20:43.426000",
            "resolved_at": "2026-11-29 12:21:13.426000",
        },
        {
            **{"incident_key": f"{SEEN}:21:50.426000Z", "state": "resolved"},
            "resolved_at": "2026-11-29 12:22:13.426000",
        },
        {
            "incident_key": "prometheus:alert:6ea7318eddbdf8ea:2026-11-29T12:19:47.426000Z",
            **{"state": "open", "severity_name": "none", "service_names": []},
        },
    ],
    "incident_events": [
        *(
            {"incident_key": key, "kind": kind, "occurred_at": f"2026-11-29 12:{at}.426000"}
            for key, kind, at in [
                (f"{SEEN}:20:43.426000Z", "opened", "20:43"),
                (f"{SEEN}:20:43.426000Z", "resolved", "21:13"),
                (f"{SEEN}:21:50.426000Z", "opened", "21:50"),
                (f"{SEEN}:21:50.426000Z", "resolved", "22:13"),
                (
                    "prometheus:alert:6ea7318eddbdf8ea:2026-11-29T12:19:47.426000Z",
                    "opened",
                    "19:47",
                ),
            ]
        ),
        *(
            {
                "incident_key": f"prometheus:alert:{of}",
                "kind": kind,
                "occurred_at": f"2026-03-02 {at}",
            }
            for of, kind, at in [
                (f"{FIRST[0]}:2026-03-02T10:05:00.123000Z", "opened", "10:05:00.123000"),
                (f"{FIRST[0]}:2026-03-02T10:05:00.123000Z", "resolved", "10:20:00.123000"),
                (f"{OTHER[0]}:2026-03-02T10:06:00.000000Z", "opened", "10:06:00"),
                (f"{FIRST[0]}:2026-03-02T11:00:00.000000Z", "opened", "11:00:00"),
            ]
        ),
    ],
}

CASE = Case(
    source="prometheus",
    webhooks=WEBHOOKS,
    api=Api(
        routes=lambda: {"/api/v1/query_range": Route(answer)},
        settings={
            **{"token": "token-of-prometheus", "step": "1h"},
            "openslo": str(PROJECT / "tests" / "openslo"),
        },
        rows={"definitions": 7, "measurements": 19},
        signed=("Authorization", "Bearer token-of-prometheus"),
        refused="/api/v1/query_range",
        unknown=[
            f"{slo}: measurements unknown: 403"
            for slo in ("checkout-availability", "payments", "search-latency", "search-errors")
        ],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "own",
            covers=[("slos", "file")],
            url="https://github.com/OpenSLO/OpenSLO",
            note="files in the form of the specification's v1",
        ),
        Provenance(
            "recorded",
            covers=[("slo_measurements", "api")],
            url="https://prometheus.io/docs/prometheus/latest/querying/api",
            note="answers of Prometheus 2.42, recorded by ourselves: tests/recordings",
        ),
        Provenance(
            "recorded",
            covers=[("incidents", "webhook"), ("incident_events", "webhook")],
            url="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config",
            note="groups of Alertmanager 0.25, recorded by ourselves: tests/recordings; others of our own",
        ),
    ],
)
