"""A valid record of each type of the generic source."""

from typing import Any

Record = dict[str, Any]
SHOP = "github.com/acme/shop"
SHA = "a" * 40


def at(minute: int) -> str:
    """A time, minutes after the story begins."""
    return f"2026-03-02T{10 + minute // 60:02d}:{minute % 60:02d}:00+01:00"


def record(record_type: str, record_id: str, /, **fields: Any) -> Record:
    """A record."""
    return {"type": record_type, "id": record_id, **fields}


# What was said first of a thing that later records say more of.
EARLIER = [
    record(
        *("deployment", "d1"),
        **{"service": "checkout", "repository": f"https://{SHOP}.git", "sha": SHA.upper()},
        **{"environment": "production", "outcome": "in_progress", "started_at": at(1)},
    ),
    record("incident", "i1", state="open", services=["checkout"], severity="SEV2", opened_at=at(9)),
    record("work_item", "w1", project="SHOP", state="open", item_type="bug", created_at=at(0)),
]
RECORDS = [
    record(
        *("deployment", "d1"),
        **{"environment": "production", "outcome": "success", "finished_at": at(5)},
        actor="ada@example.org",
    ),
    record("deployment", "d2", environment="production", outcome="cancelled", finished_at=at(6)),
    record("repository", "r1", repository=SHOP, default_branch="main"),
    record(
        *("change", "c1"),
        **{"repository": SHOP, "number": 7, "author": "ada@example.org", "target_branch": "main"},
        **{
            "merge_sha": SHA,
            "labels": ["feature"],
            "closes": ["generic:work_item:w1"],
            "lines_added": 10,
        },
        **{"opened_at": at(0), "merged_at": at(4)},
    ),
    record("review", "v1", change="c1", repository=SHOP, kind="approved", submitted_at=at(3)),
    record(
        *("build", "b1"),
        **{"repository": SHOP, "sha": SHA, "kind": "job", "run": "b0", "outcome": "failure"},
        **{"attempt": 1, "created_at": at(1), "started_at": at(2), "finished_at": at(3)},
    ),
    record(
        *("incident", "i1"),
        **{"state": "resolved", "opened_at": at(9), "acknowledged_at": at(11)},
        **{"resolved_at": at(30), "causes": [SHA]},
    ),
    record("incident_event", "e1", incident="i1", kind="escalated", occurred_at=at(12)),
    record("incident_action", "a1", incident="i1", state="open", created_at=at(40)),
    record(
        *("work_item", "w1"),
        **{"project": "SHOP", "state": "closed", "status": "Done", "status_category": "done"},
        **{"estimate": 2.5, "created_at": at(0), "closed_at": at(50)},
    ),
    record("work_item_transition", "t1", work_item="w1", kind="closed", occurred_at=at(50)),
    record("sprint", "s1", project="SHOP", name="Spring", state="closed", completed_at=at(60)),
    record("sprint_item", "si1", sprint="s1", work_item="w1", added_at=at(0)),
    record(
        *("approval", "p1"),
        **{"subject_kind": "deployment", "subject": "d1", "state": "approved"},
        **{"requested_at": at(0), "decided_at": at(1), "approver": "bob@example.org"},
    ),
    record(
        *("slo", "o1"),
        **{"service": "checkout", "name": "Latency", "objective": 0.99},
        **{"window_kind": "rolling", "window_days": 28},
    ),
    record("slo_measurement", "m1", slo="o1", started_at=at(0), ended_at=at(5), good=9, total=10),
    record(
        *("survey_response", "q1"),
        **{"survey": "pulse", "response": "1", "question": "focus", "team": "checkout"},
        **{"score": 4, "scale_min": 1, "scale_max": 5, "submitted_at": at(0)},
    ),
    record(
        *("cost", "k1"),
        **{"kind": "cloud", "service": "checkout", "amount": 12.5, "currency": "eur"},
        **{"starts_at": at(0), "ends_at": at(60)},
    ),
    record("measurement", "x1", name="adoption", team="checkout", value=0.4, measured_at=at(0)),
    record("vulnerability", "u1", repository=SHOP, severity="high", state="open", opened_at=at(0)),
    record("component", "y1", kind="component", name="checkout", owner_team="Payments"),
]
COVERAGE = {
    "type": "coverage",
    "scope": SHOP,
    "entity": "deployments",
    "covered_from": at(0),
    "covered_until": at(60),
}
