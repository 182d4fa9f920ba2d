"""Grafana: what a contact point told of an alert that fired twice, and of one that still fires.

The payloads have the form of Grafana's documentation of webhook contact points; the values are ours.
"""

from typing import Any

from tests.sources import Case, Delivery, Provenance

GRAFANA = "https://grafana.example.com"
RULE, BOARD = f"{GRAFANA}/alerting/grafana/r1/view", f"{GRAFANA}/d/shop"
RUNBOOK = "https://runbooks.example.com/checkout"


def alert(fingerprint: str, starts: str, ends: str | None, **labels: str) -> dict[str, Any]:
    """One alert of a group."""
    return {
        "status": "resolved" if ends else "firing",
        "labels": {"alertname": "Errors", "grafana_folder": "Shop", **labels},
        "annotations": {"runbook_url": RUNBOOK},
        **{"startsAt": starts, "endsAt": ends or "0001-01-01T00:00:00Z"},
        **{"generatorURL": RULE, "fingerprint": fingerprint, "dashboardURL": BOARD},
        **{"panelURL": "", "silenceURL": f"{GRAFANA}/alerting/silence/new", "values": {"B": 44.2}},
    }


def told(at: str, *alerts: dict[str, Any]) -> Delivery:
    """A webhook of a contact point."""
    status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
    body = {
        **{"receiver": "engops", "status": status, "orgId": 1, "version": "1"},
        **{"groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "truncatedAlerts": 0},
        **{"externalURL": GRAFANA, "groupKey": "{}:{}", "title": "Errors", "state": "alerting"},
        "alerts": list(alerts),
    }
    return Delivery(body, received_at=at)


FIRST = ("c6eadffa33fcdf38", "2026-03-02T11:05:00.5+01:00")
LABELS = {"service": "shop", "severity": "critical"}
WEBHOOKS = [
    told("2026-03-02T10:05:30+00:00", alert(*FIRST, None, **LABELS)),
    told("2026-03-02T10:20:30+00:00", alert(*FIRST, "2026-03-02T11:20:00+01:00", **LABELS)),
    told("2026-03-02T11:00:30+00:00", alert(FIRST[0], "2026-03-02T12:00:00+01:00", None)),
]
KEYS = [
    f"grafana:alert:{FIRST[0]}:2026-03-02T{at}Z" for at in ("10:05:00.500000", "11:00:00.000000")
]
ROWS = {
    "incidents": [
        {
            **{"incident_key": KEYS[0], "kind": "alert", "state": "resolved"},
            **{"severity_name": "critical", "service_names": ["shop"], "url": RULE},
            "labels": [
                *("alertname:Errors", "grafana_folder:Shop", "service:shop", "severity:critical")
            ],
            "named_references": sorted([RULE, BOARD, RUNBOOK]),
            **{"opened_at": "2026-03-02 10:05:00.500000", "resolved_at": "2026-03-02 10:20:00"},
        },
        {**{"incident_key": KEYS[1], "state": "open", "resolved_at": None, "service_names": []}},
    ],
    "incident_events": [
        {"incident_key": key, "kind": kind, "occurred_at": f"2026-03-02 {at}"}
        for key, kind, at in [
            (KEYS[0], "opened", "10:05:00.500000"),
            (KEYS[0], "resolved", "10:20:00"),
            (KEYS[1], "opened", "11:00:00"),
        ]
    ],
}

CASE = Case(
    source="grafana",
    webhooks=WEBHOOKS,
    rows=ROWS,
    provenance=[
        Provenance(
            "own",
            covers=[("incidents", "webhook"), ("incident_events", "webhook")],
            url="https://grafana.com/docs/grafana/latest/alerting/configure-notifications/",
            note="groups in the form of the documentation of webhook contact points",
        )
    ],
)
