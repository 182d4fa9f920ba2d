"""Argo CD: notifications by the template of docs/sources/argocd.md, with an application as its definition has it."""

from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person

DEFINITION = Package(
    *("npm", "@kubernetes-models/argo-cd", "2.7.2"),
    "d3244c7be85befd09d8a4bf6bc1900b4ffbbff519d06c329a53fddced422c269",
)
DEPLOY = "github.com/acme/deploy"
ONE, TWO, THREE = "a1" * 20, "b2" * 20, "c3" * 20
DAY = "2026-03-02T"
UID = "5d2f1f1e-0000-4000-8000-000000000001"


def told(
    phase: str,
    begin: str,
    end: str | None,
    revision: str = ONE,
    *,
    automated: bool = False,
    message: str = "",
    health: str = "Healthy",
    sync: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
) -> Delivery:
    """A notification of the application `shop`."""
    source = {
        "repoURL": "https://github.com/acme/deploy.git",
        "path": "shop",
        "targetRevision": "main",
    }
    state: dict[str, Any] = {
        "operation": {
            "initiatedBy": {"automated": True} if automated else {"username": "ada"},
            "retry": {"limit": 5},
            "sync": {"revision": revision, "prune": True, **(sync or {})},
        },
        "phase": phase,
        "message": message,
        "startedAt": f"{DAY}{begin}Z",
        "syncResult": result or {"revision": revision, "source": source},
    }
    if end:
        state["finishedAt"] = f"{DAY}{end}Z"
    app = {
        "metadata": {
            "name": "shop",
            "namespace": "argocd",
            "uid": UID,
            "labels": {"env": "production"},
            **(metadata or {}),
        },
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
            "source": source,
        },
        "status": {
            "health": {"status": health},
            "sync": {"status": "Synced", "revision": revision},
            "operationState": state,
        },
    }
    return Delivery({"event": f"sync.{phase}", "app": app})


CHARTS = {
    "revision": "",
    "revisions": ["15.2.1", THREE],
    "sources": [
        {"repoURL": "https://charts.example.com", "chart": "redis", "targetRevision": "15.2.1"},
        {"repoURL": "git@github.com:acme/values.git", "targetRevision": "main", "ref": "values"},
    ],
}
CACHE = {"name": "cache", "uid": "u-2", "labels": {}}
WEBHOOKS = [
    told("Running", "10:00:00", None),
    told("Succeeded", "10:00:00", "10:01:00", health="Progressing"),
    # the same operation, told again when the application's health went bad
    told("Succeeded", "10:00:00", "10:01:00", health="Degraded"),
    # self-heal: what is live is synced again, and fails once
    told("Succeeded", "11:00:00", "11:00:20", automated=True, sync={"autoHealAttemptsCount": 1}),
    told("Failed", "11:30:00", "11:30:20", automated=True, sync={"autoHealAttemptsCount": 2}),
    # a new commit by itself; the same again by hand is a deployment again
    told("Failed", "12:00:00", "12:02:00", TWO, automated=True, message="one or more objects"),
    told("Succeeded", "12:30:00", "12:31:00", TWO),
    told("Succeeded", "13:00:00", "13:01:00", TWO),
    told("Error", "13:30:00", "13:30:05", THREE),
    told("Failed", "14:00:00", "14:00:30", THREE, message="Operation terminated"),
    told("Succeeded", "14:30:00", "14:30:10", THREE, sync={"dryRun": True}),
    told("Running", "15:00:00", None, THREE),
    told("Succeeded", "16:00:00", "16:01:00", "", result=CHARTS, metadata=CACHE),
]


def sync(begin: str, outcome: str | None, finished: str | None, **columns: Any) -> dict[str, Any]:
    """The row of an operation."""
    return {
        "candidate_key": f"argocd:sync:{UID}:{DAY}{begin}.000000Z",
        "outcome": outcome,
        "finished_at": finished and f"2026-03-02 {finished}",
        **columns,
    }


ROWS = {
    "deployments": [
        sync(
            "10:00:00",
            "success",
            "10:01:00",
            service_name="shop",
            repository_key=DEPLOY,
            commit_sha=ONE,
            environment_name="production",
            branch="main",
            actor_key=person("ada"),
            kind="deployment",
            started_at="2026-03-02 10:00:00",
        ),
        sync("11:00:00", "skipped", "11:00:20"),
        sync("11:30:00", "skipped", "11:30:20"),
        sync("12:00:00", "failure", "12:02:00", commit_sha=TWO, actor_key=None),
        sync("12:30:00", "success", "12:31:00"),
        sync("13:00:00", "success", "13:01:00"),
        sync("13:30:00", "failure", "13:30:05"),
        sync("14:00:00", "cancelled", "14:00:30"),
        sync("14:30:00", "skipped", "14:30:10"),
        sync("15:00:00", None, None),
        {
            "candidate_key": f"argocd:sync:u-2:{DAY}16:00:00.000000Z",
            "service_name": "cache",
            "repository_key": "github.com/acme/values",
            "commit_sha": THREE,
            "environment_name": "shop",
            "outcome": "success",
        },
    ]
}

CASE = Case(
    source="argocd",
    webhooks=WEBHOOKS,
    rows=ROWS,
    provenance=[
        Provenance(
            "schema",
            [("deployments", "webhook")],
            package=DEFINITION,
            note="template and applications are ours; these held to Argo CD's definition by tests/test_sdk_models.py",
        )
    ],
)
