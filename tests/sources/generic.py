"""Our own records: the first version of some by webhook, every type from a file."""

import json
from pathlib import Path

from pipelines import generic
from tests.generic_records import COVERAGE, EARLIER, RECORDS, SHA, SHOP
from tests.sources import Case, Delivery, Provenance, person


def land(folder: Path) -> None:
    """A file of JSON lines."""
    path = folder / "records.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in [*RECORDS, COVERAGE]))
    generic.load(path=path)


NOTED = {
    "type": "vulnerability",
    "id": "u2",
    "severity": "low",
    "state": "fixed",
    "opened_at": "2026-03-02T09:00:00Z",
    "fixed_at": "2026-03-03T09:00:00Z",
}
ROWS = {
    "deployments": [
        {
            "candidate_key": "generic:deployment:d1",
            "repository_key": SHOP,
            "commit_sha": SHA,
            "service_name": "checkout",
            "actor_key": person("ada@example.org"),
            "environment_name": "production",
            "outcome": "success",
            "is_deleted": False,
            "started_at": "2026-03-02 09:01:00",
            "finished_at": "2026-03-02 09:05:00",
        },
        {"candidate_key": "generic:deployment:d2", "outcome": None, "is_deleted": True},
    ],
    "repositories": [{"repository_key": SHOP, "default_branch": "main"}],
    "changes": [
        {
            "change_key": "generic:change:c1",
            "repository_key": SHOP,
            "change_number": 7,
            "labels": ["feature"],
            "closed_references": ["generic:work_item:w1"],
            "merged_at": "2026-03-02 09:04:00",
            "closed_at": "2026-03-02 09:04:00",
        }
    ],
    "reviews": [{"change_key": "generic:change:c1", "kind": "approved", "is_bot": False}],
    "builds": [{"build_key": "generic:build:b1", "run_key": "generic:build:b0", "attempt": 1}],
    "incidents": [
        {
            "incident_key": "generic:incident:i1",
            "service_names": ["checkout"],
            "severity_name": "SEV2",
            "state": "resolved",
            "cause_references": [SHA],
            "opened_at": "2026-03-02 09:09:00",
            "resolved_at": "2026-03-02 09:30:00",
        }
    ],
    "incident_events": [{"incident_key": "generic:incident:i1", "kind": "escalated"}],
    "incident_actions": [{"incident_key": "generic:incident:i1", "completed_at": None}],
    "work_items": [
        {
            "work_item_key": "generic:work_item:w1",
            "project_key": "generic:shop",
            "type_name": "bug",
            "state": "closed",
            "estimate": 2.5,
        }
    ],
    "work_item_transitions": [{"work_item_key": "generic:work_item:w1", "kind": "closed"}],
    "sprints": [{"sprint_key": "generic:sprint:s1", "state": "closed"}],
    "sprint_items": [{"sprint_key": "generic:sprint:s1", "removed_at": None}],
    "approvals": [{"subject_key": "generic:deployment:d1", "actor_key": person("bob@example.org")}],
    "slos": [{"slo_key": "generic:slo:o1", "objective": 0.99, "window_days": 28}],
    "slo_measurements": [{"slo_key": "generic:slo:o1", "good_count": 9, "total_count": 10}],
    "survey_responses": [
        {"survey_key": "generic:survey:pulse", "score": 4, "team_name": "checkout"}
    ],
    "costs": [{"amount": 12.5, "currency": "EUR", "count": None}],
    "measurements": [{"name": "adoption", "value": 0.4}],
    "vulnerabilities": [
        {"vulnerability_key": "generic:vulnerability:u1", "state": "open"},
        {"vulnerability_key": "generic:vulnerability:u2", "fixed_at": "2026-03-03 09:00:00"},
    ],
    "catalogue": [{"service_name": "checkout", "owner_name": "Payments"}],
}
CASE = Case(
    source="generic",
    webhooks=[Delivery(record) for record in [*EARLIER, NOTED]],
    files=land,
    rows=ROWS,
    provenance=[
        Provenance(
            "schema",
            url="generic.md",
            covers=[*((entity, "file") for entity in ROWS), ("vulnerabilities", "webhook")],
        )
    ],
)
