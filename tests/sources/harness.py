"""Harness: the notifications that its documentation prints, with other names and times, and executions of our own."""

from typing import Any

from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Page, Request, Route

SHOP = "github.com/acme/shop"
BUILT, TAGGED = "b2" * 20, "c3" * 20
# 2026-03-02 09:00:00 UTC
NINE = 1772442000
SUMMARY = "/pipeline/api/pipelines/execution/summary"


def stage(
    key: str,
    status: str,
    begin: int | None,
    end: int | None,
    *,
    kind: str = "Deployment",
    environment: str = "prod",
    tag: str = TAGGED,
) -> dict[str, Any]:
    """A stage of an execution; times are minutes after nine."""
    service = {"identifier": "shop", "displayName": "Shop", "artifacts": {"primary": {"tag": tag}}}
    infrastructure = {"identifier": environment, "name": environment.title(), "type": "Production"}
    deploys = {"cd": {"serviceInfo": service, "infraExecutionSummary": infrastructure}}
    return {
        "nodeType": kind,
        "nodeGroup": "STAGE",
        "nodeIdentifier": key,
        "name": key.title(),
        "nodeUuid": f"{key}-uuid",
        "status": status,
        "startTs": begin and (NINE + begin * 60) * 1000,
        "endTs": end and (NINE + end * 60) * 1000,
        "module": "cd" if kind == "Deployment" else "ci",
        "moduleInfo": deploys if kind == "Deployment" else {},
    }


def execution(
    key: str, status: str, begin: int, end: int | None, *stages: Any, **more: Any
) -> dict[str, Any]:
    """An execution as the API sums it up."""
    by = {"uuid": "u", "identifier": "Ada", "extraInfo": {"email": "ada@example.com"}}
    return {
        "pipelineIdentifier": "ship",
        "orgIdentifier": "default",
        "projectIdentifier": "shop",
        "planExecutionId": key,
        "name": "Ship it",
        "status": status,
        "executionTriggerInfo": {"triggerType": "MANUAL", "triggeredBy": by},
        "layoutNodeMap": {node["nodeUuid"]: node for node in stages},
        "moduleInfo": {"cd": {"serviceIdentifiers": ["shop"]}},
        "startTs": (NINE + begin * 60) * 1000,
        "endTs": end and (NINE + end * 60) * 1000,
        "createdAt": (NINE + begin * 60) * 1000 - 1000,
        "runSequence": 7,
        **more,
    }


BUILDS = {
    "moduleInfo": {
        "ci": {
            "branch": "main",
            "scmDetailsList": [{"scmUrl": "https://github.com/acme/shop"}],
            "ciExecutionInfoDTO": {"branch": {"commits": [{"id": BUILT}]}},
        }
    }
}
EXECUTIONS = [
    execution("e-5", "Running", 200, None, stage("deploy", "ApprovalWaiting", 200, None)),
    execution("e-4", "ApprovalRejected", 150, 155, stage("deploy", "Aborted", 150, 155)),
    execution(
        "e-3",
        "IgnoreFailed",
        100,
        110,
        stage("canary", "IgnoreFailed", 100, 105),
        stage("deploy", "Skipped", None, None),
    ),
    execution("e-2", "Failed", 60, 70, stage("deploy", "Errored", 65, 70), **BUILDS),
    execution(
        "e-1",
        "Success",
        0,
        20,
        stage("build", "Success", 0, 5, kind="CI"),
        stage("regions", "Success", 5, 20, kind="parallel"),
        stage("eu", "Success", 5, 15, environment="prod-eu"),
        stage("us", "Success", 5, 20, environment="prod-us", tag="v1.2.3"),
        **BUILDS,
    ),
]


def paged(request: Request, items: Any, size: int, url: str) -> Page:
    """Pages by number, with how many there are."""
    page = int(request.get("page"))
    told = {"data.totalPages": -(-len(items) // size), "data.pageIndex": page}
    return items[page * size : (page + 1) * size], told, {}


def routes() -> dict[str, Route | list[Route]]:
    """Two projects behind one address."""

    def of(project: str, items: Any) -> Route:
        return Route(
            items,
            "data.content",
            paged,
            asked=lambda request: request.get("projectIdentifier") == project,
            also={"status": "SUCCESS"},
        )

    return {SUMMARY: [of("shop", EXECUTIONS), of("empty", [])]}


def told(event: str, key: str, begin: int, end: int | None = None, **more: Any) -> Delivery:
    """A notification; times are minutes after nine."""
    data = {
        "accountIdentifier": "acme",
        "orgIdentifier": "default",
        "projectIdentifier": "shop",
        "pipelineIdentifier": "ship",
        "pipelineName": "Ship it",
        "planExecutionId": key,
        "executionUrl": f"https://app.harness.io/ng/#/account/acme/executions/{key}/pipeline",
        "eventType": event,
        "nodeStatus": "started" if end is None else "completed",
        "triggeredBy": {"triggerType": "MANUAL", "name": "Ada", "email": "ada@example.com"},
        "startTime": "Mon Mar 02 09:00:00 GMT 2026",
        "startTs": NINE + begin * 60,
        **({"endTs": NINE + end * 60} if end else {}),
        **more,
    }
    return Delivery({"eventData": data})


STAGE: dict[str, Any] = {"stageIdentifier": "deploy", "stageName": "Deploy", "stepName": "deploy"}
WEBHOOKS = [
    told("PipelineStart", "e-1", 0),
    told("PipelineSuccess", "e-1", 0, 20),
    told("PipelineEnd", "e-1", 0, 20),
    # what only notifications tell of
    told("PipelineStart", "e-9", 300),
    told("StageStart", "e-9", 300, **STAGE),
    told("StageFailed", "e-9", 300, 304, nodeStatus="failed", **STAGE),
    told("PipelineFailed", "e-9", 300, 305, nodeStatus="failed"),
]
RUN = "harness:execution"
ROWS: dict[str, list[dict[str, Any]]] = {
    "builds": [
        {
            "build_key": f"{RUN}:e-1",
            "kind": "run",
            "name": "ship",
            "repository_key": SHOP,
            "commit_sha": BUILT,
            "branch": "main",
            "actor_key": person("ada@example.com"),
            "trigger": "MANUAL",
            "outcome": "success",
            "attempt": 1,
            "created_at": "2026-03-02 08:59:59",
            "started_at": "2026-03-02 09:00:00",
            "finished_at": "2026-03-02 09:20:00",
            "url": "https://app.harness.io/ng/#/account/acme/executions/e-1/pipeline",
        },
        {"build_key": f"{RUN}:e-1:build", "kind": "job", "name": "Build", "outcome": "success"},
        {"build_key": f"{RUN}:e-1:eu", "environment_name": "prod-eu", "outcome": "success"},
        {"build_key": f"{RUN}:e-1:us", "environment_name": "prod-us", "outcome": "success"},
        # the same pipeline and commit again
        {"build_key": f"{RUN}:e-2", "commit_sha": BUILT, "outcome": "failure", "attempt": 2},
        {"build_key": f"{RUN}:e-2:deploy", "outcome": "failure", "is_allowed_failure": False},
        {"build_key": f"{RUN}:e-3", "outcome": "success"},
        {"build_key": f"{RUN}:e-3:canary", "outcome": "failure", "is_allowed_failure": True},
        {"build_key": f"{RUN}:e-3:deploy", "outcome": "skipped", "started_at": None},
        {"build_key": f"{RUN}:e-4", "outcome": "cancelled"},
        {"build_key": f"{RUN}:e-4:deploy", "outcome": "cancelled"},
        {"build_key": f"{RUN}:e-5", "outcome": None, "finished_at": None},
        {"build_key": f"{RUN}:e-5:deploy", "outcome": None},
        {
            "build_key": f"{RUN}:e-9",
            "outcome": "failure",
            "started_at": "2026-03-02 14:00:00",
            "finished_at": "2026-03-02 14:05:00",
        },
        {
            "build_key": f"{RUN}:e-9:deploy",
            "name": "Deploy",
            "outcome": "failure",
            "finished_at": "2026-03-02 14:04:00",
        },
    ],
    "deployments": [
        {
            "candidate_key": "harness:deployment:e-1:eu",
            "repository_key": SHOP,
            "commit_sha": TAGGED,
            "build_run_key": f"{RUN}:e-1",
            "service_name": "shop",
            "environment_name": "prod-eu",
            "outcome": "success",
            "started_at": "2026-03-02 09:05:00",
            "finished_at": "2026-03-02 09:15:00",
        },
        # a tag that is no commit: the one that was built
        {"candidate_key": "harness:deployment:e-1:us", "commit_sha": BUILT, "outcome": "success"},
        {"candidate_key": "harness:deployment:e-2:deploy", "outcome": "failure"},
        {"candidate_key": "harness:deployment:e-3:canary", "outcome": "skipped"},
        {"candidate_key": "harness:deployment:e-3:deploy", "outcome": "skipped"},
        {"candidate_key": "harness:deployment:e-4:deploy", "outcome": "cancelled"},
        {
            "candidate_key": "harness:deployment:e-5:deploy",
            "repository_key": None,
            "outcome": None,
            "finished_at": None,
        },
    ],
}

CASE = Case(
    source="harness",
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={
            "token": "token-of-the-test",
            "account": "acme",
            "projects": ["default/shop", "default/empty"],
        },
        rows={"pipeline_executions": 5},
        signed=("x-api-key", "token-of-the-test"),
        refused=".*projectIdentifier=empty.*",
        unknown=["default/empty: pipeline_executions unknown: 403"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "documented",
            [("builds", "webhook")],
            url="https://developer.harness.io/docs/continuous-delivery/x-platform-cd-features/cd-steps/notify-users-of-pipeline-events",
            note="the samples, with other names and times",
        ),
        Provenance(
            "own",
            [("builds", "api"), ("deployments", "api")],
            note="fields as public clients of the API name them",
        ),
    ],
)
