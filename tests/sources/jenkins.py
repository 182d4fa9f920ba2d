"""Jenkins: two jobs that perceval recorded, notifications as their plugin documents them, and stages of our own.

The recordings hold two traps: a shared library is checked out before the project, and a remote may be a variable.
"""

import json
import re
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Page, Request, Route

PERCEVAL = Package(
    "pypi",
    "perceval",
    "1.6.1",
    "592b07d34ae0b382188d3b72c2fc7191091b94b56973dab2aef3221e0bd9721e",
)
HOST = "https://ci.example.com/"
# 2026-03-02 09:00:00 UTC
NINE = 1772442000000
ONE, TWO = "a1" * 20, "b2" * 20
SHOP = "github.com/acme/shop"
RUN = "jenkins:build:ci.example.com"


def told(
    number: int, phase: str, minute: float, status: str | None = None, **build: Any
) -> Delivery:
    """A notification of the job `shop/deploy`; its clock is the phase's."""
    path = f"job/shop/job/deploy/{number}/"
    duration = build.pop("duration", 0)
    commit = build.pop("commit", ONE)
    body: dict[str, Any] = {
        "name": "deploy",
        "display_name": "deploy",
        "url": "job/shop/job/deploy/",
        "build": {
            "full_url": HOST + path,
            "number": number,
            "queue_id": 100 + number,
            "timestamp": NINE + int(minute * 60_000),
            "duration": duration * 60_000,
            "phase": phase,
            "url": path,
            "scm": {
                "url": "git@github.com:acme/shop.git",
                "branch": "origin/main",
                "commit": commit,
                "changes": [],
                "culprits": [],
            },
            "parameters": {"ENVIRONMENT": "production", "DRY_RUN": "false"},
            "log": "",
            "artifacts": {},
        },
    }
    if status:
        body["build"]["status"] = status
    body["build"].update(build)
    return Delivery(body)


# What a notification of each phase says; one that waited, one of each result, one that still runs.
WEBHOOKS = [
    told(1, "QUEUED", -2),
    told(1, "STARTED", 0),
    told(1, "COMPLETED", 5, "SUCCESS", duration=5),
    told(1, "FINALIZED", 5.5, "SUCCESS", duration=5),
    told(2, "COMPLETED", 15, "FAILURE", duration=3, commit=TWO),
    told(3, "COMPLETED", 25, "SUCCESS", duration=4, commit=TWO),
    told(4, "COMPLETED", 31, "ABORTED", duration=1),
    told(5, "COMPLETED", 41, "UNSTABLE", duration=1),
    told(6, "COMPLETED", 51, "NOT_BUILT", duration=0),
    told(7, "STARTED", 60),
    # a pipeline's notification knows no commit: the API does
    told(8, "COMPLETED", 75, "SUCCESS", duration=5, scm={"changes": [], "culprits": []}),
]

PIPELINE = {
    "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun",
    "actions": [
        {
            "_class": "hudson.model.CauseAction",
            "causes": [{"_class": "hudson.model.Cause$UserIdCause", "userId": "ada"}],
        },
        {"_class": "jenkins.metrics.impl.TimeInQueueAction", "queuingDurationMillis": 60_000},
        {
            "_class": "hudson.plugins.git.util.BuildData",
            "lastBuiltRevision": {"SHA1": TWO, "branch": [{"SHA1": TWO, "name": "detached"}]},
            "remoteUrls": ["https://github.com/acme/shop.git"],
        },
        {},
    ],
    "building": False,
    "duration": 5 * 60_000,
    "number": 8,
    "queueId": 108,
    "result": "SUCCESS",
    "timestamp": NINE + 70 * 60_000,
    "url": f"{HOST}job/shop/job/deploy/8/",
}


def stage(id_: int, name: str, status: str, minute: float, minutes: float, steps: int) -> Any:
    """A stage of a pipeline's run."""
    return {
        "id": str(id_),
        "name": name,
        "execNode": "",
        "status": status,
        "startTimeMillis": NINE + int(minute * 60_000),
        "durationMillis": int(minutes * 60_000),
        "pauseDurationMillis": 0,
        "stageFlowNodes": [{"id": str(id_ + 1), "name": "Shell Script", "status": status}] * steps,
    }


STAGES = {
    "id": "8",
    "name": "#8",
    "status": "SUCCESS",
    "startTimeMillis": PIPELINE["timestamp"],
    "endTimeMillis": NINE + 75 * 60_000,
    "durationMillis": 5 * 60_000,
    "queueDurationMillis": 3,
    "pauseDurationMillis": 0,
    "stages": [
        stage(6, "Build", "SUCCESS", 70, 2, 3),
        # it may fail: `catchError`
        stage(12, "Lint", "FAILED", 72, 1, 1),
        # its condition left it out, which Jenkins calls a success
        stage(18, "Canary", "SUCCESS", 73, 0, 0),
        stage(24, "Deploy", "SUCCESS", 73, 2, 2),
    ],
}


def recorded(name: str) -> list[Any]:
    """The builds of a job that perceval recorded."""
    folder = PERCEVAL.path() / "perceval-1.6.1" / "tests" / "data" / "jenkins"
    return list(json.loads((folder / f"{name}.json").read_text())["builds"])


def job(name: str, *below: Any) -> Any:
    """A job as a folder lists it; with jobs below it is a folder."""
    return {"_class": "folder", "name": name, "jobs": list(below)} if below else {"name": name}


def ranged(request: Request, items: Any, size: int, url: str) -> Page:
    """The range at the end of `tree`: `{0,100}`."""
    first, last = map(int, re.findall(r"\{(\d+),(\d+)\}$", request.get("tree"))[0])
    return items[first:last], {}, {}


def builds(items: Any) -> Route:
    """The builds of a job."""
    return Route(items, "allBuilds", ranged, also={"_class": "job"})


APEX = "apex-deploy-virtual-os-onos-nofeature-ha-master"
ZOWE = "/job/zowe-docs-site/job/users%252Fjack%252Flf-jenkins"


def routes() -> dict[str, Route | list[Route]]:
    """Three jobs, two of them in folders."""
    zowe = job("zowe-docs-site", job("users%2Fjack%2Flf-jenkins"))
    found: dict[str, Route | list[Route]] = {
        "/api/json": Route({"jobs": [job("shop", job("deploy")), job(APEX), zowe]}),
        "/job/shop/job/deploy/api/json": builds([PIPELINE]),
        "/job/shop/job/deploy/8/wfapi/describe": Route(STAGES),
        f"/job/{APEX}/api/json": builds(recorded("jenkins_job_builds")),
        f"{ZOWE}/api/json": builds(recorded("jenkins_workflow_job_builds")),
    }
    for number in range(1, 6):
        found[f"{ZOWE}/{number}/wfapi/describe"] = Route({**STAGES, "stages": []})
    return found


API = Api(
    routes,
    settings={"user": "engops", "token": "token-of-the-test"},
    rows={"builds": 38, "stages": 6},
    signed=("Authorization", "Basic ZW5nb3BzOnRva2VuLW9mLXRoZS10ZXN0"),
    refused=f"/job/{APEX}/api/json",
    unknown=[f"{APEX}: builds unknown: 403", f"{APEX}: stages unknown: 403"],
)


def run(number: int, **columns: Any) -> dict[str, Any]:
    """The row of a build of `shop/deploy`."""
    same = {"run_key": f"{RUN}:{100 + number}:{number}", "name": "shop/deploy"}
    return {"build_key": f"{RUN}:{100 + number}:{number}", "kind": "run", **same, **columns}


def part(stage: int, **columns: Any) -> dict[str, Any]:
    """The row of a stage of its build 8."""
    same = {"run_key": f"{RUN}:108:8", "commit_sha": TWO, "repository_key": SHOP, "attempt": 3}
    return {"build_key": f"{RUN}:108:8:stage:{stage}", "kind": "job", **same, **columns}


ROWS = {
    "builds": [
        run(
            1,
            repository_key=SHOP,
            commit_sha=ONE,
            branch="main",
            environment_name="production",
            outcome="success",
            attempt=1,
            created_at="2026-03-02 08:58:00",
            started_at="2026-03-02 09:00:00",
            finished_at="2026-03-02 09:05:00",
            url=f"{HOST}job/shop/job/deploy/1/",
        ),
        run(
            2,
            commit_sha=TWO,
            outcome="failure",
            attempt=1,
            created_at=None,
            started_at="2026-03-02 09:12:00",
            finished_at="2026-03-02 09:15:00",
        ),
        # the same commit again
        run(3, commit_sha=TWO, outcome="success", attempt=2),
        run(4, outcome="cancelled", attempt=2),
        run(5, outcome="neutral", attempt=3),
        run(6, outcome="skipped", attempt=4),
        run(7, outcome=None, started_at="2026-03-02 10:00:00", finished_at=None),
        # both doors: the end from the webhook, the commit, who and the wait from the API
        run(
            8,
            repository_key=SHOP,
            commit_sha=TWO,
            branch=None,
            actor_key=person("ada"),
            trigger="UserIdCause",
            environment_name="production",
            outcome="success",
            attempt=3,
            created_at="2026-03-02 10:09:00",
            started_at="2026-03-02 10:10:00",
            finished_at="2026-03-02 10:15:00",
        ),
        part(6, name="Build", outcome="success", finished_at="2026-03-02 10:12:00"),
        part(12, name="Lint", outcome="failure", is_allowed_failure=True),
        part(18, name="Canary", outcome="skipped"),
        part(24, name="Deploy", outcome="success", finished_at="2026-03-02 10:15:00"),
        # a shared library was checked out first
        {
            "build_key": "jenkins:build:jenkins.zowe.org:1588:5",
            "name": "zowe-docs-site/users/jack/lf-jenkins",
            "repository_key": "github.com/zowe/docs-site",
            "commit_sha": "2c6e06a3bf6a52ae3f8f26f11c91d9550794c161",
            "branch": "users/jack/lf-jenkins",
            "actor_key": person("takamori"),
            "outcome": "success",
            "attempt": 4,
            "started_at": "2019-11-14 21:59:39.979000",
            "finished_at": "2019-11-14 22:02:37.504000",
        },
        # it failed before it checked out anything
        {
            "build_key": "jenkins:build:jenkins.zowe.org:1583:2",
            "repository_key": "github.com/zowe/docs-site",
            "commit_sha": None,
            "outcome": "failure",
            "attempt": 1,
        },
        # its remote is `$GIT_BASE`; the tenth build of this commit
        {
            "build_key": "jenkins:build:build.opnfv.org:7297:101",
            "repository_key": None,
            "commit_sha": "c77d98309557308e909c08f6879e566c87b92315",
            "branch": "master",
            "outcome": "failure",
            "attempt": 10,
        },
    ]
}


CASE = Case(
    source="jenkins",
    webhooks=WEBHOOKS,
    api=API,
    rows=ROWS,
    among_others=("builds",),
    provenance=[
        Provenance("recorded", [("builds", "api")], package=PERCEVAL),
        Provenance(
            "documented",
            [("builds", "webhook")],
            url="https://plugins.jenkins.io/notification/",
            note="the plugin's sample, with the fields of its source",
        ),
        Provenance(
            "own",
            [("builds", "api")],
            note="stages, by the README of the Pipeline REST API plugin",
        ),
    ],
)
