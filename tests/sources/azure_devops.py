"""Azure DevOps: two service hooks as its documentation prints them, with other names, and an API of our own.

One project: a request that is approved and merged, its build, a classic release and an environment of a pipeline,
and a story that is done and comes back.
"""

from collections.abc import Callable
from typing import Any

from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route, cursor, offset

ADA = {"id": "u-1", "displayName": "Ada", "uniqueName": "ada@example.com"}
BOB = {"id": "u-2", "displayName": "Bob", "uniqueName": "bob@example.com"}
WEB = "dev.azure.com/acme/shop/_git/web"
HEAD, MERGED, FIRST = "a1" * 20, "b2" * 20, "c3" * 20
DAY = "2026-03-02T"
REPOSITORY = {"id": "r-1", "name": "web", "project": {"id": "x-1", "name": "shop"}}


def request(number: int, status: str, created: str, closed: str | None, **more: Any) -> Any:
    """A pull request."""
    found = {
        "repository": REPOSITORY,
        "pullRequestId": number,
        "codeReviewId": number,
        "status": status,
        "createdBy": ADA,
        "creationDate": f"{DAY}{created}Z",
        "title": f"Change {number}",
        "sourceRefName": f"refs/heads/change-{number}",
        "targetRefName": "refs/heads/main",
        "mergeStatus": "succeeded",
        "isDraft": False,
        "lastMergeSourceCommit": {"commitId": HEAD},
        "lastMergeCommit": {"commitId": MERGED},
        "reviewers": [],
        "labels": [{"id": "l-1", "name": "hotfix", "active": True}],
        **more,
    }
    return {**found, "closedDate": f"{DAY}{closed}Z"} if closed else found


def thread(key: int, at: str, kind: str, who: Any, vote: int | None = None) -> dict[str, Any]:
    """A thread with one comment; what the system says of a vote."""
    properties = {
        "CodeReviewThreadType": {"$type": "System.String", "$value": "VoteUpdate"},
        "CodeReviewVoteResult": {"$type": "System.String", "$value": str(vote)},
        "CodeReviewVotedByIdentity": {"$type": "System.String", "$value": "1"},
    }
    return {
        "id": key,
        "publishedDate": f"{DAY}{at}Z",
        "lastUpdatedDate": f"{DAY}{at}Z",
        "comments": [{"id": 1, "author": who, "publishedDate": f"{DAY}{at}Z", "commentType": kind}],
        "properties": None if vote is None else properties,
        "identities": None if vote is None else {"1": who},
        "isDeleted": False,
    }


def build(key: int, result: str | None, queued: str, end: str | None, **more: Any) -> Any:
    """A run of the pipeline `web-ci`."""
    found: dict[str, Any] = {
        "_links": {"web": {"href": f"https://dev.azure.com/acme/x-1/_build/results?buildId={key}"}},
        "id": key,
        "buildNumber": f"20260302.{key}",
        "status": "completed" if result else "inProgress",
        "queueTime": f"{DAY}{queued}Z",
        "startTime": f"{DAY}{queued[:-2]}30Z",
        "definition": {"id": 7, "name": "web-ci"},
        "project": {"id": "x-1", "name": "shop"},
        "sourceBranch": "refs/heads/main",
        "sourceVersion": MERGED,
        "repository": {"id": "r-1", "type": "TfsGit"},
        "requestedFor": ADA,
        "reason": "individualCI",
        **more,
    }
    return found | ({"result": result, "finishTime": f"{DAY}{end}Z"} if result else {})


def record(key: str, kind: str, result: str, begin: str, end: str, attempt: int = 1) -> Any:
    """A record of a run's timeline."""
    return {
        "id": key,
        "type": kind,
        "name": key.title(),
        "state": "completed",
        "result": result,
        "attempt": attempt,
        "startTime": f"{DAY}{begin}Z",
        "finishTime": f"{DAY}{end}Z",
    }


def deployment(key: int, status: str, operation: str, queued: str, end: str | None) -> Any:
    """A deployment of a classic release."""
    artifact = {
        "type": "Build",
        "isPrimary": True,
        "definitionReference": {
            "version": {"id": "11", "name": "20260302.11"},
            "sourceVersion": {"id": MERGED},
            "repository": {"id": "r-1", "name": "web"},
            "branch": {"id": "refs/heads/main"},
        },
    }
    approval = {"id": key * 10, "approvalType": "preDeploy", "createdOn": f"{DAY}{queued}Z"}
    decided = {"status": "approved", "isAutomated": False, "approvedBy": BOB}
    return {
        "id": key,
        "release": {"id": 3, "name": "Release-3", "artifacts": [artifact]},
        "releaseDefinition": {"id": 5, "name": "web"},
        "releaseEnvironment": {"id": 50 + key, "name": "Production"},
        "attempt": 1,
        "deploymentStatus": status,
        "operationStatus": operation,
        "requestedBy": ADA,
        "requestedFor": ADA,
        "queuedOn": f"{DAY}{queued}Z",
        "startedOn": f"{DAY}{queued}Z",
        **({"completedOn": f"{DAY}{end}Z"} if end else {}),
        "lastModifiedOn": f"{DAY}{end or queued}Z",
        "preDeployApprovals": [
            {**approval, **decided, "modifiedOn": f"{DAY}{queued[:-2]}59Z"},
            {**approval, "id": key * 10 + 1, "status": "approved", "isAutomated": True},
        ],
    }


def rollout(key: int, result: str | None, begin: str, end: str | None) -> Any:
    """A deployment of a pipeline to an environment."""
    return {
        "id": key,
        "environmentId": 9,
        "definition": {"id": 7, "name": "web-ci"},
        "owner": {"id": 11, "name": "20260302.11"},
        "stageName": "Deploy",
        "result": result,
        "queueTime": f"{DAY}{begin}Z",
        "startTime": f"{DAY}{begin}Z",
        "finishTime": end and f"{DAY}{end}Z",
    }


def revision(rev: int, at: str, state: str, iteration: str, who: Any = ADA, **more: Any) -> Any:
    """A revision of work item 42."""
    fields = {
        "System.Id": 42,
        "System.Rev": rev,
        "System.WorkItemType": "User Story",
        "System.State": state,
        "System.Reason": f"Moved to {state}",
        "System.TeamProject": "shop",
        "System.IterationPath": iteration,
        "System.Tags": "checkout; urgent",
        "System.CreatedBy": ADA,
        "System.CreatedDate": f"{DAY}08:00:00Z",
        "System.ChangedBy": who,
        "System.ChangedDate": f"{DAY}{at}Z",
        "Microsoft.VSTS.Common.Priority": 2,
        "Microsoft.VSTS.Scheduling.StoryPoints": 3.0,
        **more,
    }
    return {"id": 42, "rev": rev, "fields": fields}


ONE, TWO = "shop\\Sprint 1", "shop\\Sprint 2"
REVISIONS = [
    revision(1, "08:00:00", "New", ONE),
    revision(2, "09:00:00", "Active", ONE, BOB),
    revision(3, "10:00:00", "Active", TWO),
    revision(4, "12:00:00", "Closed", TWO),
    revision(5, "13:00:00", "Active", TWO),
    revision(6, "14:00:00", "Closed", TWO),
]
STATES = [("New", "Proposed"), ("Active", "InProgress"), ("Closed", "Completed")]
PATH = "/acme/shop/_apis"


def asks(status: str) -> Callable[[Request], bool]:
    """Whether requests of a state are asked for."""
    return lambda asked: asked.get("searchCriteria.status") == status


def routes() -> dict[str, Route | list[Route]]:
    """One project with something in it, and an empty one."""
    token = cursor("continuationToken", header="x-ms-continuationtoken")
    skips = offset("$skip")
    active = [request(3, "active", "15:00:00", None)]
    done = [request(1, "completed", "09:00:00", "11:00:00")]
    dropped = [request(2, "abandoned", "09:30:00", "10:30:00")]
    of = {"active": active, "completed": done, "abandoned": dropped}
    sprints = [("i-1", "Sprint 1", ONE, "past"), ("i-2", "Sprint 2", TWO, "current")]
    dates = {"startDate": "2026-03-01T00:00:00Z", "finishDate": "2026-03-14T00:00:00Z"}
    found: dict[str, Route | list[Route]] = {
        f"{PATH}/git/repositories": Route(
            [
                {
                    **REPOSITORY,
                    "defaultBranch": "refs/heads/main",
                    "webUrl": "https://dev.azure.com/acme/shop/_git/web",
                }
            ],
            "value",
        ),
        f"{PATH}/git/pullrequests": [
            Route(
                items,
                "value",
                skips,
                size=100,
                asked=asks(status),
            )
            for status, items in of.items()
        ],
        f"{PATH}/build/builds": Route(BUILDS, "value", token),
        f"{PATH}/build/builds/11/timeline": Route(
            [
                record("deploy", "Stage", "succeeded", "11:01:00", "11:09:00"),
                record("test", "Job", "succeeded", "11:01:00", "11:05:00"),
                record("lint", "Job", "failed", "11:01:00", "11:02:00"),
                record("smoke", "Job", "skipped", "11:09:00", "11:09:00"),
            ],
            "records",
        ),
        f"{PATH}/build/builds/10/timeline": Route([], "records"),
        f"{PATH}/distributedtask/environments": Route([{"id": 9, "name": "staging"}], "value"),
        f"{PATH}/distributedtask/environments/9/environmentdeploymentrecords": Route(
            [rollout(91, "succeeded", "11:05:00", "11:08:00"), rollout(92, None, "16:00:00", None)],
            "value",
        ),
        f"{PATH}/wit/workitemtypes": Route(
            [
                {
                    "name": "User Story",
                    "states": [{"name": name, "category": kind} for name, kind in STATES],
                }
            ],
            "value",
        ),
        f"{PATH}/work/teamsettings/iterations": Route(
            [
                {"id": key, "name": name, "path": path, "attributes": {**dates, "timeFrame": frame}}
                for key, name, path, frame in sprints
            ],
            "value",
        ),
        f"{PATH}/wit/reporting/workitemrevisions": Route(
            REVISIONS, "values", cursor("continuationToken", at="continuationToken")
        ),
        f"{PATH}/release/deployments": Route(DEPLOYMENTS, "value", token),
    }
    for number in (1, 2, 3):
        base = f"{PATH}/git/repositories/r-1/pullRequests/{number}"
        found[f"{base}/threads"] = Route(THREADS if number == 1 else [], "value")
        found[f"{base}/commits"] = Route(COMMITS if number == 1 else [], "value")
    empty = {
        path.replace("/acme/shop/", "/acme/empty/"): "values" if "revisions" in path else "value"
        for path in found
        if path.count("/") <= 6 and "timeline" not in path
    }
    return found | {path: Route([], wrap) for path, wrap in empty.items()}


THREADS = [
    thread(1, "09:10:00", "text", BOB),
    thread(2, "09:20:00", "system", BOB, -5),
    thread(3, "10:00:00", "system", BOB, 10),
    thread(4, "10:01:00", "system", ADA),
]
COMMITS = [
    {
        "commitId": FIRST,
        "comment": "Begin",
        "author": {"name": "Ada", "email": "ada@example.com", "date": f"{DAY}07:00:00Z"},
        "committer": {"name": "Ada", "email": "ada@example.com", "date": f"{DAY}07:05:00Z"},
    }
]
BUILDS = [
    build(12, None, "15:00:00", None, sourceVersion=HEAD),
    build(11, "partiallySucceeded", "11:00:00", "11:10:00"),
    build(10, "failed", "10:40:00", "10:50:00"),
]
DEPLOYMENTS = [
    deployment(4, "inProgress", "Approved", "16:00:00", None),
    deployment(3, "notDeployed", "Rejected", "14:00:00", "14:10:00"),
    deployment(2, "failed", "Rejected", "13:00:00", "13:05:00"),
    deployment(1, "succeeded", "Approved", "12:00:00", "12:06:00"),
]


def told(event: str, number: int, resource: dict[str, Any]) -> Delivery:
    """A service hook."""
    same = {"subscriptionId": "s-1", "notificationId": number, "id": f"n-{number}"}
    return Delivery(
        {
            **same,
            "eventType": event,
            "publisherId": "tfs",
            "resource": resource,
            "createdDate": f"{DAY}17:00:00Z",
        }
    )


REMOTE = {**REPOSITORY, "remoteUrl": "https://acme@dev.azure.com/acme/shop/_git/web"}
WEBHOOKS = [
    told(
        "git.pullrequest.created",
        1,
        request(4, "active", "16:00:00", None, repository=REMOTE, isDraft=True),
    ),
    told(
        "git.pullrequest.merged",
        2,
        request(1, "completed", "09:00:00", "11:00:00", repository=REMOTE),
    ),
    # older events have the result where newer ones have `completed`
    told(
        "build.complete",
        3,
        {**build(10, "failed", "10:40:00", "10:50:00"), "status": "failed", "result": None},
    ),
    told("workitem.updated", 4, {"id": 5, "workItemId": 42, "rev": 6, "revision": REVISIONS[5]}),
]
KEY = "azure_devops"
ITEM = f"{KEY}:work_item:42"
ROWS: dict[str, list[dict[str, Any]]] = {
    "repositories": [{"repository_key": WEB, "default_branch": "main", "is_deleted": False}],
    "changes": [
        {
            "change_key": f"{KEY}:r-1:1",
            "repository_key": WEB,
            "change_number": 1,
            "merge_commit_sha": MERGED,
            "head_sha": HEAD,
            "actor_key": person("ada@example.com"),
            "target_branch": "main",
            "source_branch": "change-1",
            "labels": ["hotfix"],
            "opened_at": "2026-03-02 09:00:00",
            "ready_at": "2026-03-02 09:00:00",
            "merged_at": "2026-03-02 11:00:00",
            "closed_at": "2026-03-02 11:00:00",
        },
        {
            "change_key": f"{KEY}:r-1:2",
            "merge_commit_sha": None,
            "merged_at": None,
            "closed_at": "2026-03-02 10:30:00",
        },
        {"change_key": f"{KEY}:r-1:3", "merged_at": None, "closed_at": None},
        {"change_key": f"{KEY}:r-1:4", "repository_key": WEB, "ready_at": None},
    ],
    "change_commits": [
        {
            "change_key": f"{KEY}:r-1:1",
            "commit_sha": FIRST,
            "author_key": person("ada@example.com"),
            "authored_at": "2026-03-02 07:00:00",
        }
    ],
    "reviews": [
        {
            "review_key": f"{KEY}:thread:r-1:1:1:1",
            "kind": "commented",
            "actor_key": person("bob@example.com"),
            "submitted_at": "2026-03-02 09:10:00",
        },
        {"review_key": f"{KEY}:thread:r-1:1:2", "kind": "changes_requested"},
        {
            "review_key": f"{KEY}:thread:r-1:1:3",
            "kind": "approved",
            "actor_key": person("bob@example.com"),
            "submitted_at": "2026-03-02 10:00:00",
        },
    ],
    "builds": [
        {
            "build_key": f"{KEY}:build:10",
            "kind": "run",
            "name": "web-ci",
            "repository_key": WEB,
            "commit_sha": MERGED,
            "branch": "main",
            "trigger": "individualCI",
            "outcome": "failure",
            "attempt": 1,
            "created_at": "2026-03-02 10:40:00",
            "started_at": "2026-03-02 10:40:30",
            "finished_at": "2026-03-02 10:50:00",
        },
        # the same pipeline and commit again; what was allowed to fail did
        {"build_key": f"{KEY}:build:11", "outcome": "success", "attempt": 2},
        {"build_key": f"{KEY}:build:12", "outcome": None, "finished_at": None},
        {"build_key": f"{KEY}:job:11:test:1", "kind": "job", "name": "Test", "outcome": "success"},
        {"build_key": f"{KEY}:job:11:lint:1", "outcome": "failure", "is_allowed_failure": True},
        {"build_key": f"{KEY}:job:11:smoke:1", "outcome": "skipped"},
    ],
    "deployments": [
        {
            "candidate_key": f"{KEY}:deployment:1",
            "repository_key": WEB,
            "commit_sha": MERGED,
            "build_run_key": f"{KEY}:build:11",
            "service_name": "web",
            "environment_name": "Production",
            "outcome": "success",
            "started_at": "2026-03-02 12:00:00",
            "finished_at": "2026-03-02 12:06:00",
        },
        {"candidate_key": f"{KEY}:deployment:2", "outcome": "failure"},
        {"candidate_key": f"{KEY}:deployment:3", "outcome": "cancelled"},
        {"candidate_key": f"{KEY}:deployment:4", "outcome": None, "finished_at": None},
        {
            "candidate_key": f"{KEY}:environment_record:91",
            "repository_key": WEB,
            "commit_sha": MERGED,
            "service_name": "web-ci",
            "environment_name": "staging",
            "name": "Deploy",
            "outcome": "success",
            "finished_at": "2026-03-02 11:08:00",
        },
        {"candidate_key": f"{KEY}:environment_record:92", "outcome": None, "finished_at": None},
    ],
    "approvals": [
        {
            "approval_key": f"{KEY}:approval:{number}0",
            "subject_key": f"{KEY}:deployment:{number}",
            "state": "approved",
            "actor_key": person("bob@example.com"),
            "requester_key": person("ada@example.com"),
        }
        for number in (1, 2, 3, 4)
    ],
    "work_items": [
        {
            "work_item_key": ITEM,
            "project_key": f"{KEY}:shop",
            "number": 42,
            "actor_key": person("ada@example.com"),
            "type_name": "User Story",
            "labels": ["checkout", "urgent"],
            "state": "closed",
            "status_name": "Closed",
            "status_category": "done",
            "priority_name": "2",
            "estimate": 3.0,
            "reopened_count": 1,
            "is_deleted": False,
            "created_at": "2026-03-02 08:00:00",
            "closed_at": "2026-03-02 14:00:00",
        }
    ],
    "work_item_transitions": [
        {
            "transition_key": f"{KEY}:transition:42:{rev}{suffix}",
            "work_item_key": ITEM,
            "kind": kind,
            "from_status": old,
            "to_status": new,
            "to_category": category,
            "occurred_at": f"2026-03-02 {at}",
        }
        for rev, suffix, kind, old, new, category, at in (
            (1, "", "created", None, "New", "todo", "08:00:00"),
            (2, ":status", "status", "New", "Active", "in_progress", "09:00:00"),
            (4, ":status", "status", "Active", "Closed", "done", "12:00:00"),
            (4, ":closed", "closed", "Active", "Closed", "done", "12:00:00"),
            (5, ":status", "status", "Closed", "Active", "in_progress", "13:00:00"),
            (5, ":reopened", "reopened", "Closed", "Active", "in_progress", "13:00:00"),
            (6, ":status", "status", "Active", "Closed", "done", "14:00:00"),
            (6, ":closed", "closed", "Active", "Closed", "done", "14:00:00"),
        )
    ],
    "sprints": [
        {
            "sprint_key": f"{KEY}:iteration:i-1",
            "project_key": f"{KEY}:shop",
            "name": "Sprint 1",
            "state": "closed",
            "starts_at": "2026-03-01 00:00:00",
            "ends_at": "2026-03-14 00:00:00",
        },
        {"sprint_key": f"{KEY}:iteration:i-2", "state": "active", "completed_at": None},
    ],
    "sprint_items": [
        {
            "sprint_key": f"{KEY}:iteration:i-1",
            "work_item_key": ITEM,
            "added_at": "2026-03-02 08:00:00",
            "removed_at": "2026-03-02 10:00:00",
        },
        {
            "sprint_key": f"{KEY}:iteration:i-2",
            "added_at": "2026-03-02 10:00:00",
            "removed_at": None,
        },
    ],
}

CASE = Case(
    source=KEY,
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={"token": "token-of-the-test", "projects": ["acme/shop", "acme/empty"]},
        rows={
            "repositories": 1,
            "pull_requests": 3,
            "threads": 4,
            "pull_request_commits": 1,
            "builds": 3,
            "timeline_records": 4,
            "environments": 1,
            "environment_records": 2,
            "work_item_types": 1,
            "iterations": 2,
            "work_items": 6,
            "deployments": 4,
        },
        signed=("Authorization", "Basic OnRva2VuLW9mLXRoZS10ZXN0"),
        refused="/acme/empty/_apis/build/builds",
        unknown=[f"acme/empty: {table} unknown: 403" for table in ("builds", "timeline_records")],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "documented",
            [("changes", "webhook"), ("builds", "webhook")],
            url="https://learn.microsoft.com/azure/devops/service-hooks/events",
            note="the samples, with other names and times",
        ),
        Provenance(
            "own",
            [(entity, "api") for entity in ROWS],
            note="fields of the models in PyPI azure-devops 7.1.0b4",
        ),
    ],
)
