"""CircleCI: the webhooks that its documentation prints, with other names and times, and the API that it describes.

One pipeline: its first workflow fails in the deployment, is run again from there after an approval, and succeeds.
"""

from typing import Any

from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Route, cursor

SHOP, WEB = "github.com/acme/shop", "gitlab.com/acme/web"
HEAD, OTHER = "c3" * 20, "d4" * 20
DAY = "2026-03-02T"
VCS = {
    "provider_name": "GitHub",
    # a fork's pull request is built in the repository that it is for
    "origin_repository_url": "https://github.com/somebody/shop",
    "target_repository_url": "https://github.com/acme/shop",
    "revision": HEAD,
    "commit": {"subject": "Description of change", "body": ""},
    "branch": "main",
}
TRIGGER = {"type": "webhook", "received_at": f"{DAY}10:00:00.100Z", "actor": {"login": "ada"}}
PIPELINE = {
    "id": "p-1",
    "errors": [],
    "project_slug": "gh/acme/shop",
    "updated_at": f"{DAY}10:00:00.500Z",
    "number": 130,
    "state": "created",
    "created_at": f"{DAY}10:00:00.500Z",
    "trigger": TRIGGER,
    "vcs": VCS,
}


def workflow(key: str, status: str, begin: str, end: str | None, **more: Any) -> dict[str, Any]:
    """A workflow as the API lists it."""
    return {
        "pipeline_id": "p-1",
        "id": key,
        "name": "build-test-deploy",
        "project_slug": "gh/acme/shop",
        "status": status,
        "started_by": "u-9",
        "pipeline_number": 130,
        "created_at": f"{DAY}{begin}Z",
        "stopped_at": end and f"{DAY}{end}Z",
        **more,
    }


def job(
    key: str, name: str, status: str, begin: str | None, end: str | None, **more: Any
) -> dict[str, Any]:
    """A job as the API lists it."""
    return {
        "dependencies": [],
        "job_number": 1,
        "id": key,
        "started_at": begin and f"{DAY}{begin}Z",
        "name": name,
        "project_slug": "gh/acme/shop",
        "status": status,
        "type": "build",
        "stopped_at": end and f"{DAY}{end}Z",
        **more,
    }


TEST = job("j-1", "test", "success", "10:00:05", "10:02:00")
HOLD = {"type": "approval", "approval_request_id": "a-1"}
APPROVED = job("j-2", "hold", "success", None, "10:03:00", approved_by="u-7", **HOLD)
JOBS = {
    "w-1": [TEST, APPROVED, job("j-3", "deploy", "timedout", "10:03:05", "10:05:00")],
    # what a rerun does not repeat keeps its id
    "w-2": [TEST, APPROVED, job("j-4", "deploy", "success", "10:06:05", "10:15:00")],
    "w-3": [
        job("j-5", "lint", "not_run", None, None),
        job("j-6", "hold", "on_hold", None, None, type="approval"),
        job("j-7", "later", "blocked", None, None, type="approval"),
        job("j-8", "nightly", "infrastructure_fail", "11:00:05", "11:02:00"),
        job("j-9", "stopped", "canceled", "11:00:05", "11:01:00"),
        job("j-10", "waiting", "queued", None, None),
    ],
}
WORKFLOWS = [
    workflow("w-1", "failed", "10:00:01", "10:05:00"),
    workflow("w-2", "success", "10:06:01", "10:15:00", tag="rerun-workflow-from-failed"),
    workflow("w-3", "on_hold", "11:00:01", None, name="nightly"),
]


def routes() -> dict[str, Route | list[Route]]:
    """Two projects: one with three pipelines, one with none."""
    pages = cursor("page-token", at="next_page_token")
    quiet = [{**PIPELINE, "id": f"p-{n}", "created_at": f"2026-02-0{n}T00:00:00Z"} for n in (3, 2)]
    found: dict[str, Route | list[Route]] = {
        "/project/gh/acme/shop/pipeline": Route([PIPELINE, *quiet], "items", pages),
        "/project/gh/acme/empty/pipeline": Route([], "items", pages),
        "/pipeline/p-1/workflow": Route(WORKFLOWS, "items", pages),
        "/pipeline/p-2/workflow": Route([], "items", pages),
        "/pipeline/p-3/workflow": Route([], "items", pages),
    }
    for key, jobs in JOBS.items():
        found[f"/workflow/{key}/job"] = Route(jobs, "items", pages)
    return found


def told(kind: str, key: str, **body: Any) -> Delivery:
    """A webhook."""
    same = {"id": key, "type": kind, "happened_at": f"{DAY}12:00:00Z", "webhook": {"id": "h-1"}}
    project = {"id": "x-1", "name": "shop", "slug": "github/acme/shop"}
    organization = {"id": "o-1", "name": "acme"}
    return Delivery({**same, "project": project, "organization": organization, **body})


def told_workflow(key: str, name: str, status: str | None, begin: str, end: str) -> dict[str, Any]:
    """A workflow as webhooks tell it; a job's webhook leaves the status out."""
    url = f"https://app.circleci.com/pipelines/github/acme/shop/130/workflows/{key}"
    times = {"created_at": f"{DAY}{begin}Z", "stopped_at": f"{DAY}{end}Z"}
    found = {"id": key, "name": name, **times, "url": url}
    return found if status is None else {**found, "status": status}


TOLD_PIPELINE = {name: PIPELINE[name] for name in ("id", "number", "created_at", "vcs")} | {
    "trigger": {"type": "webhook"}
}
# of a forge that is connected as an app or by its own hook
GITLAB = {
    "id": "p-9",
    "number": 1,
    "created_at": f"{DAY}13:00:00Z",
    "trigger": {"type": "gitlab"},
    "trigger_parameters": {
        "gitlab": {"type": "push", "repo_url": "git@gitlab.com:acme/web.git"},
        "git": {
            "tag": "",
            "checkout_sha": OTHER,
            "ref": "refs/heads/main",
            "branch": "main",
            "checkout_url": "git@gitlab.com:acme/web.git",
        },
        "circleci": {"event_type": "push", "trigger_type": "gitlab", "actor_id": "u-5"},
    },
}
WEBHOOKS = [
    told(
        "workflow-completed",
        "e-1",
        pipeline=TOLD_PIPELINE,
        workflow=told_workflow("w-2", "build-test-deploy", "success", "10:06:01", "10:15:00"),
    ),
    told(
        "job-completed",
        "e-2",
        pipeline=TOLD_PIPELINE,
        workflow=told_workflow("w-2", "build-test-deploy", None, "10:06:01", "10:15:00"),
        job={
            "id": "j-4",
            "name": "deploy",
            "started_at": f"{DAY}10:06:05Z",
            "stopped_at": f"{DAY}10:15:00Z",
            "status": "success",
            "number": 136,
        },
    ),
    # of this workflow nothing but a job is known
    told(
        "job-completed",
        "e-3",
        pipeline=GITLAB,
        workflow=told_workflow("w-9", "release", None, "13:00:01", "13:01:00"),
        job={
            "id": "j-90",
            "name": "publish",
            "started_at": f"{DAY}13:00:05Z",
            "stopped_at": f"{DAY}13:01:00Z",
            "status": "failed",
            "number": 2,
        },
    ),
]

FIRST = "circleci:run:p-1:build-test-deploy"
ROWS = {
    "builds": [
        {
            "build_key": "circleci:workflow:w-1",
            "run_key": FIRST,
            "kind": "run",
            "name": "build-test-deploy",
            "repository_key": SHOP,
            "commit_sha": HEAD,
            "branch": "main",
            "actor_key": person("ada"),
            "trigger": "webhook",
            "outcome": "failure",
            "attempt": 1,
            "created_at": "2026-03-02 10:00:01",
            "started_at": "2026-03-02 10:00:05",
            "finished_at": "2026-03-02 10:05:00",
            "url": "https://app.circleci.com/pipelines/gh/acme/shop/130/workflows/w-1",
        },
        {
            "build_key": "circleci:workflow:w-2",
            "run_key": FIRST,
            "outcome": "success",
            "attempt": 2,
            "created_at": "2026-03-02 10:06:01",
            "started_at": "2026-03-02 10:06:05",
            "finished_at": "2026-03-02 10:15:00",
        },
        {
            "build_key": "circleci:workflow:w-3",
            "outcome": None,
            "attempt": 1,
            "started_at": "2026-03-02 11:00:05",
            "finished_at": None,
        },
        # it is listed by the rerun too, and ran once
        {
            "build_key": "circleci:job:j-1",
            "run_key": FIRST,
            "kind": "job",
            "outcome": "success",
            "attempt": 1,
        },
        {"build_key": "circleci:job:j-3", "outcome": "failure", "attempt": 1},
        {
            "build_key": "circleci:job:j-4",
            "run_key": FIRST,
            "name": "deploy",
            "repository_key": SHOP,
            "commit_sha": HEAD,
            "outcome": "success",
            "attempt": 2,
            "started_at": "2026-03-02 10:06:05",
            "finished_at": "2026-03-02 10:15:00",
        },
        {"build_key": "circleci:job:j-5", "outcome": "skipped", "started_at": None},
        {"build_key": "circleci:job:j-8", "outcome": "failure"},
        {"build_key": "circleci:job:j-9", "outcome": "cancelled"},
        {"build_key": "circleci:job:j-10", "outcome": None, "finished_at": None},
        {
            "build_key": "circleci:workflow:w-9",
            "repository_key": WEB,
            "commit_sha": OTHER,
            "actor_key": person("u-5"),
            "trigger": "gitlab",
            "outcome": None,
            "finished_at": None,
        },
        {
            "build_key": "circleci:job:j-90",
            "repository_key": WEB,
            "commit_sha": OTHER,
            "outcome": "failure",
            "finished_at": "2026-03-02 13:01:00",
        },
    ],
    "approvals": [
        {
            "approval_key": "circleci:approval:j-2",
            "subject_kind": "deployment",
            "subject_key": "circleci:workflow:w-1",
            "state": "approved",
            "requested_at": "2026-03-02 10:00:01",
            "decided_at": "2026-03-02 10:03:00",
            "actor_key": person("u-7"),
            "requester_key": person("ada"),
        },
        {
            "approval_key": "circleci:approval:j-6",
            "subject_key": "circleci:workflow:w-3",
            "state": "pending",
            "decided_at": None,
            "actor_key": None,
        },
    ],
}

CASE = Case(
    source="circleci",
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={"token": "token-of-the-test", "projects": ["gh/acme/shop", "gh/acme/empty"]},
        rows={"pipelines": 3, "workflows": 3, "jobs": 12},
        signed=("Circle-Token", "token-of-the-test"),
        refused="/project/gh/acme/empty/pipeline",
        unknown=[
            f"gh/acme/empty: {table} unknown: 403" for table in ("pipelines", "workflows", "jobs")
        ],
        cursors=["/project/gh/acme/shop/pipeline"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "documented",
            [("builds", "webhook")],
            url="https://circleci.com/docs/reference/outbound-webhooks-reference/",
            note="the samples, with other names and times",
        ),
        Provenance(
            "own",
            [("builds", "api"), ("approvals", "api")],
            note="fields and statuses of https://circleci.com/docs/api/v2/",
        ),
    ],
)
