"""Azure DevOps: two service hooks as its documentation prints them, with other names, and answers by its types.

One project: a request that is approved and merged, its build, a classic release and an environment of a pipeline,
and a story that is done and comes back. Another organisation has a project of that name, and the same numbers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route, cursor, offset

CLIENT = Package(
    *("pypi", "azure-devops", "7.1.0b4"),
    "f04ba939112579f3d530cfecc044a74ef9e9339ba23c9ee1ece248241f07ff85",
)
ADA = {"id": "u-1", "displayName": "Ada", "uniqueName": "ada@example.com"}
BOB = {"id": "u-2", "displayName": "Bob", "uniqueName": "bob@example.com"}
WEB = "dev.azure.com/acme/shop/_git/web"
HEAD, MERGED, FIRST = "a1" * 20, "b2" * 20, "c3" * 20
DAY = "2026-03-02T"
HOST, OLD_HOST = "https://dev.azure.com/Acme/", "https://acme.visualstudio.com/"
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


def record(
    key: str, kind: str, result: str, begin: str, end: str, attempt: int = 1, **more: Any
) -> Any:
    """A record of a run's timeline."""
    return {
        "id": f"{key}-{attempt}" if attempt > 1 else key,
        "identifier": f"web.{key}",
        "type": kind,
        "name": key.title(),
        "state": "completed",
        "result": result,
        "attempt": attempt,
        "startTime": f"{DAY}{begin}Z",
        "finishTime": f"{DAY}{end}Z",
        **more,
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


def revision(
    rev: int, at: str, state: str, iteration: str, who: Any = ADA, key: int = 42, **more: Any
) -> Any:
    """A revision of a work item."""
    fields = {
        "System.Id": key,
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
    return {"id": key, "rev": rev, "fields": fields}


ONE, TWO, NONE = "shop\\Sprint 1", "shop\\Sprint 2", "shop"
STATE_AT, CLOSED_AT = (f"Microsoft.VSTS.Common.{name}Date" for name in ("StateChange", "Closed"))
REVISIONS = [
    revision(1, "08:00:00", "New", ONE),
    revision(2, "09:00:00", "Active", ONE, BOB),
    revision(3, "10:00:00", "Active", TWO),
    revision(4, "12:00:00", "Closed", TWO),
    revision(5, "13:00:00", "Active", TWO),
    revision(6, "14:00:00", "Closed", TWO),
    # moved here after it was done
    revision(5, "15:00:00", "Closed", NONE, BOB, 43, **{STATE_AT: f"{DAY}11:00:00Z"}),
    revision(4, "15:00:00", "Removed", NONE, BOB, 45, **{CLOSED_AT: f"{DAY}10:00:00Z"}),
    # put in, out and in again while the sprint is planned
    revision(1, "09:00:00", "New", TWO, key=46),
    revision(2, "09:30:00", "New", NONE, key=46),
    revision(3, "11:00:00", "New", TWO, key=46),
]
STATES = [
    *(("New", "Proposed"), ("Active", "InProgress"), ("Closed", "Completed")),
    ("Removed", "Removed"),
]
PATH = "/acme/shop/_apis"


def asks(status: str) -> Callable[[Request], bool]:
    """Whether requests of a state are asked for."""
    return lambda asked: asked.get("searchCriteria.status") == status


def ended(asked: Request) -> bool:
    """Whether runs that have ended are asked for."""
    return str(asked.get("statusFilter")) == "completed"


def current(asked: Request) -> bool:
    """Whether runs that have not ended are asked for."""
    return str(asked.get("statusFilter")) == "inProgress,notStarted,cancelling,postponed"


def identified(items: list[Any]) -> Callable[[Request], list[Any]]:
    """Revisions, which name people without an address where no identities are asked for."""
    return lambda asked: items if asked.get("includeIdentityRef") == "true" else []


def routes() -> dict[str, Route | list[Route]]:
    """One project with something in it, and an empty one."""
    token = cursor("continuationToken", header="x-ms-continuationtoken")
    skips = offset("$skip")
    active = [request(3, "active", "15:00:00", None)]
    done = [request(1, "completed", "09:00:00", "11:00:00")]
    dropped = [request(2, "abandoned", "09:30:00", "10:30:00")]
    of = {"active": active, "completed": done, "abandoned": dropped}
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
        f"{PATH}/build/builds": [
            Route(BUILDS[1:], "value", token, order="-finishTime", asked=ended),
            Route(BUILDS[:1], "value", token, asked=current),
        ],
        f"{PATH}/build/builds/11/timeline": Route(
            [
                record(
                    *("deploy", "Stage", "succeeded", "11:06:00", "11:09:00", 2),
                    previousAttempts=[{"attempt": 1, "timelineId": "t-1", "recordId": "deploy"}],
                ),
                record("roll", "Job", "succeeded", "11:06:00", "11:09:00", 2),
                record("test", "Job", "succeeded", "11:01:00", "11:05:00"),
                record("lint", "Job", "failed", "11:01:00", "11:02:00"),
                record("smoke", "Job", "skipped", "11:09:00", "11:09:00"),
            ],
            "records",
        ),
        f"{PATH}/build/builds/11/timeline/t-1": Route(
            [
                record("deploy", "Stage", "failed", "11:01:00", "11:05:00"),
                record("roll", "Job", "failed", "11:02:00", "11:04:00"),
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
                sprint("i-1", ONE, "2026-03-01", "2026-03-14", "past"),
                sprint("i-2", TWO, "2026-03-02", "2026-03-15", "current"),
            ],
            "value",
        ),
        f"{PATH}/wit/reporting/workitemrevisions": Route(
            identified(REVISIONS), "values", cursor("continuationToken", at="continuationToken")
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
    return found | {path: Route([], wrap) for path, wrap in empty.items()} | others(found)


def others(found: Mapping[str, Any]) -> dict[str, Route | list[Route]]:
    """What has the same numbers: a release of another project, and much of another organisation."""
    other = "/other/shop/_apis"
    lists: dict[str, list[Any]] = {
        "build/builds": [build(11, "failed", "12:00:00", "12:10:00")],
        "build/builds/11/timeline": [record("test", "Job", "failed", "12:01:00", "12:05:00")],
        "distributedtask/environments": [{"id": 9, "name": "staging"}],
        "distributedtask/environments/9/environmentdeploymentrecords": [
            rollout(91, "failed", "12:05:00", "12:08:00")
        ],
        "work/teamsettings/iterations": [sprint("i-9", ONE, "2026-03-01", "2026-03-14", "past")],
        "wit/reporting/workitemrevisions": [revision(1, "08:30:00", "New", ONE)],
        "release/deployments": [deployment(1, "failed", "Rejected", "12:00:00", "12:06:00")],
    }
    names = {path.partition("/_apis/")[2] for path in found if path.count("/") <= 6}
    made: dict[str, Route | list[Route]] = {
        f"{other}/{name}": Route(
            lists.get(name, []),
            {"workitemrevisions": "values", "timeline": "records"}.get(
                name.rpartition("/")[2], "value"
            ),
        )
        for name in {*names, *lists}
        if "timeline" not in name or name in lists
    }
    made[f"{other}/build/builds"] = [
        Route(lists["build/builds"], "value", asked=ended),
        Route([], "value", asked=current),
    ]
    made["/acme/empty/_apis/release/deployments"] = Route(lists["release/deployments"], "value")
    return made


def sprint(key: str, path: str, begin: str, end: str, frame: str) -> dict[str, Any]:
    """An iteration: its days, both of them its own."""
    dates = {"startDate": f"{begin}T00:00:00Z", "finishDate": f"{end}T00:00:00Z"}
    name = path.rpartition("\\")[2]
    return {"id": key, "name": name, "path": path, "attributes": {**dates, "timeFrame": frame}}


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
    # its approval came, and it waits for its hour
    deployment(5, "notDeployed", "Deferred", "17:00:00", None),
    deployment(4, "inProgress", "Approved", "16:00:00", None),
    deployment(3, "notDeployed", "Rejected", "14:00:00", "14:10:00"),
    deployment(2, "failed", "Rejected", "13:00:00", "13:05:00"),
    deployment(1, "succeeded", "Approved", "12:00:00", "12:06:00"),
]


def told(
    event: str, number: int, resource: dict[str, Any], at: str = "17:00:00", host: str = HOST
) -> Delivery:
    """A service hook."""
    # older events have no addresses of what they are in
    address = {"baseUrl": host} if host else {}
    containers = {name: {"id": f"{name}-1", **address} for name in ("collection", "project")}
    same = {"subscriptionId": "s-1", "notificationId": number, "id": f"n-{number}"}
    return Delivery(
        {
            **same,
            "eventType": event,
            "publisherId": "tfs",
            "resource": resource,
            "resourceContainers": containers,
            "createdDate": f"{DAY}{at}Z",
        }
    )


def named(rev: int, at: str, state: str) -> Any:
    """A revision of work item 44 as events have it: people by name and address."""
    who = {"System.CreatedBy": "Ada <ada@example.com>", "System.ChangedBy": "Bob <bob@example.com>"}
    return revision(rev, at, state, NONE, key=44, **who)


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
    told(
        *("workitem.updated", 4),
        {
            "id": 5,
            "workItemId": 42,
            "rev": 6,
            "revision": REVISIONS[5],
            "url": f"{OLD_HOST}DefaultCollection/_apis/wit/workItems/42/updates/5",
        },
        host="",
    ),
    # a run that failed, and went on
    told("build.complete", 5, build(13, "failed", "15:00:00", "15:12:00"), host=OLD_HOST),
    told("build.complete", 6, build(13, "succeeded", "15:00:00", "15:40:00")),
    # dropped, and taken up again
    told("git.pullrequest.updated", 7, request(5, "abandoned", "09:00:00", "10:00:00"), "10:00:01"),
    told("git.pullrequest.updated", 8, request(5, "active", "09:00:00", None), "11:00:00"),
    # told of its last revision
    told("workitem.deleted", 9, REVISIONS[6]),
    told("workitem.created", 10, named(1, "08:00:00", "New"), "08:00:01"),
    told("workitem.deleted", 11, named(2, "08:10:00", "New"), "08:10:01"),
    told("workitem.restored", 12, named(3, "08:20:00", "New"), "08:20:01"),
]
KEY = "azure_devops"
ITEM = f"{KEY}:work_item:acme:42"
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
        {"change_key": f"{KEY}:r-1:5", "merged_at": None, "closed_at": None},
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
            "build_key": f"{KEY}:build:acme:10",
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
        {"build_key": f"{KEY}:build:acme:11", "outcome": "success", "attempt": 2},
        {"build_key": f"{KEY}:build:acme:12", "outcome": None, "finished_at": None},
        {
            "build_key": f"{KEY}:job:acme:11:test:1",
            "kind": "job",
            "name": "Test",
            "outcome": "success",
        },
        {
            "build_key": f"{KEY}:job:acme:11:lint:1",
            "outcome": "failure",
            "is_allowed_failure": True,
        },
        {"build_key": f"{KEY}:job:acme:11:smoke:1", "outcome": "skipped"},
        # run again within its run, which is the second of its commit
        {
            "build_key": f"{KEY}:job:acme:11:roll:1",
            "run_key": f"{KEY}:build:acme:11",
            "outcome": "failure",
            "attempt": 2,
            "is_allowed_failure": False,
            "finished_at": "2026-03-02 11:04:00",
        },
        {"build_key": f"{KEY}:job:acme:11:roll-2:2", "outcome": "success", "attempt": 3},
        {
            "build_key": f"{KEY}:build:acme:13",
            "outcome": "success",
            "attempt": 3,
            "finished_at": "2026-03-02 15:40:00",
        },
        {"build_key": f"{KEY}:build:other:11", "outcome": "failure", "attempt": 1},
        {"build_key": f"{KEY}:job:other:11:test:1", "outcome": "failure"},
    ],
    "deployments": [
        {
            "candidate_key": f"{KEY}:deployment:acme/shop:1",
            "repository_key": WEB,
            "commit_sha": MERGED,
            "build_run_key": f"{KEY}:build:acme:11",
            "service_name": "web",
            "environment_name": "Production",
            "outcome": "success",
            "started_at": "2026-03-02 12:00:00",
            "finished_at": "2026-03-02 12:06:00",
        },
        {"candidate_key": f"{KEY}:deployment:acme/shop:2", "outcome": "failure"},
        {"candidate_key": f"{KEY}:deployment:acme/shop:3", "outcome": "cancelled"},
        {"candidate_key": f"{KEY}:deployment:acme/shop:4", "outcome": None, "finished_at": None},
        {
            "candidate_key": f"{KEY}:environment_record:acme/shop:91",
            "repository_key": WEB,
            "commit_sha": MERGED,
            "service_name": "web-ci",
            "environment_name": "staging",
            "name": "Deploy",
            "outcome": "success",
            "finished_at": "2026-03-02 11:08:00",
        },
        {
            "candidate_key": f"{KEY}:environment_record:acme/shop:92",
            "outcome": None,
            "finished_at": None,
        },
        {"candidate_key": f"{KEY}:deployment:acme/shop:5", "outcome": None, "finished_at": None},
        {"candidate_key": f"{KEY}:deployment:acme/empty:1", "outcome": "failure"},
        {
            "candidate_key": f"{KEY}:deployment:other/shop:1",
            "build_run_key": f"{KEY}:build:other:11",
            "outcome": "failure",
        },
        {
            "candidate_key": f"{KEY}:environment_record:other/shop:91",
            "build_run_key": f"{KEY}:build:other:11",
            "outcome": "failure",
        },
    ],
    "approvals": [
        {
            "approval_key": f"{KEY}:approval:{project}:{number}0",
            "subject_key": f"{KEY}:deployment:{project}:{number}",
            "state": "approved",
            "actor_key": person("bob@example.com"),
            "requester_key": person("ada@example.com"),
        }
        for project, number in (
            *(("acme/shop", number) for number in (1, 2, 3, 4, 5)),
            *(("acme/empty", 1), ("other/shop", 1)),
        )
    ],
    "work_items": [
        {
            "work_item_key": ITEM,
            "project_key": f"{KEY}:acme/shop",
            "number": 42,
            "actor_key": person("ada@example.com"),
            "type_name": "User Story",
            "labels": ["checkout", "urgent"],
            "state": "closed",
            "resolution": "completed",
            "status_name": "Closed",
            "status_category": "done",
            "priority_name": "2",
            "estimate": 3.0,
            "reopened_count": 1,
            "is_deleted": False,
            "created_at": "2026-03-02 08:00:00",
            "closed_at": "2026-03-02 14:00:00",
            "parent_key": None,
        },
        {
            "work_item_key": f"{KEY}:work_item:acme:43",
            "state": "closed",
            "created_at": "2026-03-02 08:00:00",
            "closed_at": "2026-03-02 11:00:00",
            "is_deleted": True,
        },
        {
            "work_item_key": f"{KEY}:work_item:acme:44",
            "project_key": f"{KEY}:acme/shop",
            "actor_key": person("ada@example.com"),
            "state": "open",
            "is_deleted": False,
        },
        {
            "work_item_key": f"{KEY}:work_item:acme:45",
            "state": "closed",
            "resolution": "not_planned",
            "closed_at": "2026-03-02 10:00:00",
        },
        {"work_item_key": f"{KEY}:work_item:acme:46", "state": "open"},
        {
            "work_item_key": f"{KEY}:work_item:other:42",
            "project_key": f"{KEY}:other/shop",
            "state": "open",
        },
    ],
    "work_item_transitions": [
        {
            "transition_key": f"{KEY}:transition:acme:42:{rev}{suffix}",
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
    ]
    + [
        {
            "transition_key": f"{KEY}:transition:{key}",
            "kind": "created",
            "to_status": state,
            "occurred_at": "2026-03-02 08:00:00",
            "actor_key": person("ada@example.com"),
        }
        for key, state in (
            # in which state it was made, was not seen
            *(("acme:43:5", None), ("acme:45:4", None)),
            *(("acme:44:1", "New"), ("acme:46:1", "New"), ("other:42:1", "New")),
        )
    ],
    "sprints": [
        {
            "sprint_key": f"{KEY}:iteration:i-1",
            "project_key": f"{KEY}:acme/shop",
            "name": "Sprint 1",
            "state": "closed",
            "starts_at": "2026-03-01 00:00:00",
            "ends_at": "2026-03-15 00:00:00",
            "completed_at": "2026-03-15 00:00:00",
        },
        {"sprint_key": f"{KEY}:iteration:i-2", "state": "active", "completed_at": None},
        {"sprint_key": f"{KEY}:iteration:i-9", "project_key": f"{KEY}:other/shop"},
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
            "work_item_key": ITEM,
            "added_at": "2026-03-02 00:00:00",
            "removed_at": None,
        },
        {
            "sprint_key": f"{KEY}:iteration:i-2",
            "work_item_key": f"{KEY}:work_item:acme:46",
            "added_at": "2026-03-02 00:00:00",
            "removed_at": None,
        },
        {
            "sprint_key": f"{KEY}:iteration:i-9",
            "work_item_key": f"{KEY}:work_item:other:42",
            "added_at": "2026-03-02 08:30:00",
        },
    ],
}

CASE = Case(
    source=KEY,
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={
            "token": "token-of-the-test",
            "projects": ["acme/shop", "acme/empty", "other/shop"],
        },
        rows={
            "repositories": 1,
            "pull_requests": 3,
            "threads": 4,
            "pull_request_commits": 1,
            "builds": 4,
            "timeline_records": 8,
            "environments": 2,
            "environment_records": 3,
            "work_item_types": 1,
            "iterations": 3,
            "work_items": 12,
            "deployments": 7,
        },
        signed=("Authorization", "Basic OnRva2VuLW9mLXRoZS10ZXN0"),
        refused="/acme/empty/_apis/build/builds",
        unknown=[f"acme/empty: {table} unknown: 403" for table in ("builds", "timeline_records")],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "documented",
            [
                (entity, "webhook")
                for entity in ("changes", "builds", "work_items", "work_item_transitions")
            ],
            url="https://learn.microsoft.com/azure/devops/service-hooks/events",
            note="the samples, with other names and times",
        ),
        Provenance(
            "schema",
            [(entity, "api") for entity in ROWS],
            package=CLIENT,
            note="our own answers, held against the models of Microsoft's client by tests/test_sdk_models.py",
        ),
    ],
)
