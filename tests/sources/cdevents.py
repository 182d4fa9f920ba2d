"""CDEvents as the specification's conformance examples write them, other names; 0.4 and 0.6, both modes."""

from typing import Any

from tests.sources import Case, Delivery, Provenance, person

SHA = "0f" * 20
ARTIFACT = f"pkg:golang/git.example.com/acme/shop@{SHA}"


def delivery(
    kind: str, minute: int, subject: str, is_structured: bool = False, **content: Any
) -> Delivery:
    """One event; structured ones are of version 0.6, where a subject has no type of its own."""
    told = f"2026-03-02T10:{minute:02d}:00Z"
    context = {"id": f"{kind}-{minute}", "source": "/ci/prod", "timestamp": told}
    context["type"] = f"dev.cdevents.{kind}.0.3.0"
    about: dict[str, Any] = {"id": subject, "source": "/ci/prod", "content": content}
    if is_structured:
        envelope = {"id": context["id"], "source": "/ci/prod", "type": context["type"]}
        event = {"context": context | {"specversion": "0.6.0-draft"}, "subject": about}
        return Delivery(envelope | {"specversion": "1.0", "time": told, "data": event})
    about["type"] = kind.partition(".")[0]
    headers = {f"ce-{name}": context[name] for name in ("id", "source", "type")}
    return Delivery({"context": context | {"version": "0.4.1"}, "subject": about}, headers)


PRODUCTION = {"environment": {"id": "production"}, "artifactId": ARTIFACT}
REPOSITORY = {"repository": {"id": "Acme/Shop", "source": "https://git.example.com"}}
INCIDENT = {"service": {"id": "checkout", "source": "/k8s"}, "environment": {"id": "production"}}
TICKET = {"summary": "Down", "ticketType": "bug", "group": "Payments", "creator": "ada"}
TICKET |= {"priority": "high", "labels": ["urgent"], "uri": "https://tickets.example.com/1"}
RUN = {"pipelineName": "ship", "url": "https://ci.example.com/run/1"}
WEBHOOKS = [
    delivery("service.deployed", 1, "checkout", **PRODUCTION),
    delivery("service.upgraded", 2, "checkout", True, environment={"id": "staging"}),
    delivery("service.rolledback", 3, "checkout", True, **PRODUCTION),
    delivery("service.removed", 4, "checkout", **PRODUCTION),
    delivery(
        *("artifact.packaged", 0, ARTIFACT),
        change={"id": "7", "source": "git.example.com/Acme/Shop"},
    ),
    delivery("environment.created", 0, "production", name="production"),
    delivery("pipelinerun.queued", 5, "run-1", **RUN),
    delivery("pipelinerun.started", 6, "run-1", **RUN),
    delivery("pipelinerun.finished", 9, "run-1", **RUN, outcome="error"),
    delivery("taskrun.started", 6, "task-1", True, taskName="test", pipelineRun={"id": "run-1"}),
    delivery(
        *("taskrun.finished", 8, "task-1", True),
        **{"taskName": "test", "pipelineRun": {"id": "run-1"}, "outcome": "cancel"},
    ),
    delivery("change.created", 10, "7", **REPOSITORY),
    delivery("change.reviewed", 11, "7", **REPOSITORY),
    delivery("change.merged", 12, "7", True, **REPOSITORY),
    delivery("change.abandoned", 13, "8", **REPOSITORY),
    delivery("incident.detected", 20, "incident-1", **INCIDENT),
    delivery(
        *("incident.reported", 22, "incident-1", True),
        **INCIDENT,
        ticketURI="https://tickets.example.com/1",
    ),
    delivery("incident.resolved", 40, "incident-1", **INCIDENT),
    delivery("ticket.created", 21, "ticket-1", **TICKET),
    delivery("ticket.closed", 41, "ticket-1", True, **TICKET, resolution="completed"),
]
ROWS = {
    "deployments": [
        {
            "candidate_key": "cdevents:deployment:/ci/prod#service.deployed-1",
            "repository_key": "git.example.com/acme/shop",
            "commit_sha": SHA,
            "service_name": "checkout",
            "environment_name": "production",
            "outcome": "success",
            "finished_at": "2026-03-02 10:01:00",
        },
        {"environment_name": "staging", "commit_sha": None, "repository_key": None},
        {"candidate_key": "cdevents:deployment:/ci/prod#service.rolledback-3", "commit_sha": SHA},
    ],
    "builds": [
        {
            "build_key": "cdevents:run:/ci/prod#run-1",
            "kind": "run",
            "name": "ship",
            "outcome": "failure",
            "created_at": "2026-03-02 10:05:00",
            "started_at": "2026-03-02 10:06:00",
            "finished_at": "2026-03-02 10:09:00",
        },
        {
            "build_key": "cdevents:task:/ci/prod#task-1",
            "run_key": "cdevents:run:/ci/prod#run-1",
            "kind": "job",
            "outcome": "cancelled",
        },
    ],
    "changes": [
        {
            "change_key": "cdevents:change:git.example.com/acme/shop#7",
            "repository_key": "git.example.com/acme/shop",
            "change_number": 7,
            "opened_at": "2026-03-02 10:10:00",
            "merged_at": "2026-03-02 10:12:00",
        },
        {"change_number": 8, "merged_at": None, "closed_at": "2026-03-02 10:13:00"},
    ],
    "incidents": [
        {
            "incident_key": "cdevents:incident:/ci/prod#incident-1",
            "service_names": ["checkout"],
            "state": "resolved",
            "named_references": ["https://tickets.example.com/1"],
            "opened_at": "2026-03-02 10:20:00",
            "resolved_at": "2026-03-02 10:40:00",
        }
    ],
    "incident_events": [
        {"kind": "opened", "occurred_at": "2026-03-02 10:20:00"},
        {"kind": "resolved", "occurred_at": "2026-03-02 10:40:00"},
    ],
    "work_items": [
        {
            "work_item_key": "cdevents:ticket:/ci/prod#ticket-1",
            "project_key": "cdevents:payments",
            "actor_key": person("ada"),
            "type_name": "bug",
            "labels": ["urgent"],
            "state": "closed",
            "resolution": "completed",
            "created_at": "2026-03-02 10:21:00",
            "closed_at": "2026-03-02 10:41:00",
        }
    ],
    "work_item_transitions": [{"kind": "created"}, {"kind": "closed"}],
}
CASE = Case(
    source="cdevents",
    webhooks=WEBHOOKS,
    rows=ROWS,
    provenance=[
        Provenance(
            "documented",
            url="https://github.com/cdevents/spec/tree/v0.4.1/conformance",
            note="the conformance examples, with other names and times",
            covers=[(entity, "webhook") for entity in ROWS],
        )
    ],
)
