"""The same by the API, and what it alone tells: GitLab's own notes, squashed merges, commits, tags."""

from typing import Any

from tests.payloads.gitlab_webhooks import (
    ALICE,
    BOB,
    CAROL,
    HOST,
    MERGE,
    ROBOT,
    A,
    B,
    C,
    D,
    E,
    F,
    Item,
)

URL = f"{HOST}/acme/platform/shop"


def listed(iid: int, state: str, who: Item, **more: Any) -> Item:
    """A merge request as the API lists it."""
    return {
        **{"id": 100 + iid, "iid": iid, "project_id": 15, "title": "Basket", "description": ""},
        **{
            "state": state,
            "created_at": "2026-03-02T09:00:00.000Z",
            "updated_at": "2026-03-04T12:00:00.000Z",
        },
        **{"merged_at": None, "closed_at": None, "target_branch": "main", "source_branch": "topic"},
        **{
            "author": who,
            "source_project_id": 15,
            "target_project_id": 15,
            "labels": [],
            "draft": False,
        },
        **{
            "work_in_progress": False,
            "sha": B,
            "merge_commit_sha": None,
            "squash_commit_sha": None,
        },
        **{
            "squash": False,
            "detailed_merge_status": "not_open",
            "web_url": f"{URL}/-/merge_requests/{iid}",
        },
        **more,
    }


def noted(id_: int, at: str, who: Item, text: str, system: bool = False) -> Item:
    """A note as the API lists it."""
    return {
        **{
            "id": id_,
            "type": None,
            "body": text,
            "author": who,
            "created_at": at,
            "updated_at": at,
        },
        **{"system": system, "noteable_id": 101, "noteable_type": "MergeRequest", "project_id": 15},
        **{"resolvable": False, "confidential": False, "internal": False, "noteable_iid": 1},
    }


def commit(sha: str, parents: list[str], at: str, email: str, message: str = "Basket") -> Item:
    """A commit as the API lists it."""
    return {
        **{
            "id": sha,
            "short_id": sha[:8],
            "created_at": at,
            "parent_ids": parents,
            "title": message,
        },
        **{"message": message, "author_name": email.split("@")[0], "author_email": email},
        **{
            "authored_date": at,
            "committer_name": "x",
            "committer_email": email,
            "committed_date": at,
        },
        "web_url": f"{URL}/-/commit/{sha}",
    }


def built(
    id_: int, name: str, status: str, start: str | None, end: str | None, **more: Any
) -> Item:
    """A job as the API lists it."""
    return {
        **{"id": id_, "status": status, "stage": "test", "name": name, "ref": "main", "tag": False},
        **{"allow_failure": False, "created_at": "2026-03-02T12:00:05.000Z", "started_at": start},
        **{"finished_at": end, "user": BOB, "commit": {"id": C}, "web_url": f"{URL}/-/jobs/{id_}"},
        "pipeline": {"id": 31, "project_id": 15, "ref": "main", "sha": C, "status": "success"},
        **more,
    }


def deployed(id_: int, status: str, environment: str, at: str, job_: Item | None = None) -> Item:
    """A deployment as the API lists it."""
    return {
        **{
            "id": id_,
            "iid": id_ - 40,
            "ref": "main",
            "sha": C,
            "created_at": "2026-03-02T12:06:00.000Z",
        },
        **{"updated_at": at, "status": status, "user": BOB, "deployable": job_},
        "environment": {"id": 9, "name": environment, "slug": environment, "external_url": None},
    }


def ran(id_: int, source: str, at: str, status: str = "success") -> Item:
    """A pipeline as the API lists it."""
    return {
        **{"id": id_, "iid": id_ - 28, "project_id": 15, "sha": C, "ref": "main", "status": status},
        **{"source": source, "created_at": "2026-03-02T12:00:05.000Z", "updated_at": at},
        **{"web_url": f"{URL}/-/pipelines/{id_}", "name": "Release"},
    }


def triggered(
    id_: int, name: str, status: str, end: str, of: Item, pipeline: Item | None, **more: Any
) -> Item:
    """A trigger job as the API lists it."""
    start = "2026-03-02T12:03:30.000Z"
    return {
        **built(id_, name, status, start, end, pipeline=of, **more),
        "downstream_pipeline": pipeline,
    }


def happened(id_: int, iid: int, at: str, **what: Any) -> Item:
    """A state or label event as the API lists it."""
    return {
        "id": id_,
        "user": BOB,
        "created_at": at,
        "resource_type": "Issue",
        "resource_id": 500 + iid,
        **what,
    }


def written(iid: int, state: str, **more: Any) -> Item:
    """An issue as the API lists it."""
    return {
        **{"id": 500 + iid, "iid": iid, "project_id": 15, "title": "Secret", "description": ""},
        **{
            "state": state,
            "created_at": "2026-03-01T08:00:00.000Z",
            "updated_at": "2026-03-04T08:00:00.000Z",
        },
        **{
            "closed_at": None,
            "labels": [],
            "author": ALICE,
            "type": "ISSUE",
            "issue_type": "issue",
        },
        **{"severity": "UNKNOWN", "confidential": False, "moved_to_id": None, "weight": None},
        **{"web_url": f"{URL}/-/issues/{iid}"},
        **more,
    }


PROJECT = {
    **{
        "id": 15,
        "name": "shop",
        "path_with_namespace": "acme/platform/shop",
        "default_branch": "main",
    },
    **{"web_url": URL, "created_at": "2026-01-01T00:00:00.000Z", "archived": False},
    "last_activity_at": "2026-03-04T12:00:00.000Z",
}
MERGE_REQUESTS = [
    listed(
        *(1, "merged", ALICE),
        description="Closes #4 and #5, fixes acme/other#7",
        source_branch="alice/basket",
        labels=["feature"],
        merge_commit_sha=C,
        updated_at="2026-03-02T12:00:00.000Z",
        merged_at="2026-03-02T12:00:00.000Z",
    ),
    listed(
        *(2, "merged", BOB),
        squash_commit_sha=D,
        squash=True,
        merged_at="2026-03-03T12:00:00.000Z",
        title='Revert "Basket"',
        description=f"This reverts merge request !1\n\nCloses {HOST}/acme/platform/shop/-/issues/6",
    ),
    listed(3, "merged", BOB, target_branch="release/1.0", merged_at="2026-03-03T13:00:00.000Z"),
    listed(4, "closed", ROBOT, closed_at="2026-03-03T14:00:00.000Z", draft=True),
]
NOTES = [
    noted(1001, "2026-03-02T10:05:00.000Z", ROBOT, "Coverage is 81 %"),
    noted(1002, "2026-03-02T10:30:00.000Z", BOB, "Why here?"),
    noted(1004, "2026-03-02T09:00:00.000Z", ALICE, "marked this merge request as **draft**", True),
    noted(1005, "2026-03-02T10:00:00.000Z", ALICE, "marked this merge request as **ready**", True),
    noted(1006, "2026-03-02T11:00:00.000Z", CAROL, "approved this merge request", True),
    noted(1007, "2026-03-02T11:10:00.000Z", CAROL, "unapproved this merge request", True),
    noted(1008, "2026-03-02T11:20:00.000Z", BOB, "approved this merge request", True),
    noted(1009, "2026-03-02T10:40:00.000Z", BOB, "requested changes", True),
    noted(1010, "2026-03-02T10:45:00.000Z", BOB, "mentioned in commit 793a70ba", True),
]
MADE = [
    commit(C, [D, B], "2026-03-02T13:00:00.000+01:00", "bob@example.com", MERGE["message"]),
    commit(B, [A], "2026-03-02T09:50:00.000+01:00", "alice@example.com", "Tests"),
    commit(A, [D], "2026-03-02T09:40:00.000+01:00", "alice@example.com"),
    commit(
        D,
        [],
        "2026-02-01T09:40:00.000+01:00",
        "renovate[bot]@example.com",
        f"This reverts commit {F}.",
    ),
]
JOBS = [
    built(300, "test", "failed", "2026-03-02T12:01:00.000Z", "2026-03-02T12:03:00.000Z"),
    built(301, "test", "success", "2026-03-02T12:04:00.000Z", "2026-03-02T12:06:00.000Z"),
    built(306, "pages", "skipped", None, None),
]
DEPLOY = built(303, "deploy", "success", "2026-03-02T12:06:10.000Z", "2026-03-02T12:08:00.000Z")
# Pipeline 36, of which no webhook tells: it waits for its child 37, which has a child of its own, but not for what it
# triggers elsewhere and may fail
PARENT = ran(36, "push", "2026-03-02T12:30:00.300Z")
CHILD = ran(37, "parent_pipeline", "2026-03-02T12:29:59.300Z")
GRANDCHILD = ran(38, "parent_pipeline", "2026-03-02T12:28:00.300Z")
ELSEWHERE = ran(40, "pipeline", "2026-03-02T12:20:00.300Z", "failed") | {"project_id": 36528}
FAMILY = {
    "/pipelines/31/bridges": [
        triggered(
            *(309, "docs", "success", "2026-03-02T12:05:00.000Z"),
            ran(31, "push", "2026-03-02T12:40:00.300Z"),
            ran(32, "parent_pipeline", "2026-03-02T12:05:00.300Z"),
        )
    ],
    "/pipelines/34/bridges": [],
    "/pipelines/36/jobs": [
        built(
            *(360, "test", "success", "2026-03-02T12:01:00.000Z", "2026-03-02T12:03:00.000Z"),
            pipeline=PARENT,
        )
    ],
    "/pipelines/36/bridges": [
        triggered(361, "rollout", "success", "2026-03-02T12:30:00.000Z", PARENT, CHILD),
        triggered(
            *(362, "partners", "failed", "2026-03-02T12:04:00.000Z", PARENT, ELSEWHERE),
            allow_failure=True,
        ),
        triggered(
            *(363, "broken", "failed", "2026-03-02T12:04:00.000Z", PARENT, None), allow_failure=True
        ),
    ],
    "/pipelines/37/jobs": [
        built(
            *(370, "deploy", "success", "2026-03-02T12:05:00.000Z", "2026-03-02T12:09:00.000Z"),
            pipeline=CHILD,
        )
    ],
    "/pipelines/37/bridges": [
        triggered(371, "checks", "success", "2026-03-02T12:28:00.000Z", CHILD, GRANDCHILD)
    ],
    "/pipelines/38/jobs": [
        built(
            *(380, "check", "success", "2026-03-02T12:10:00.000Z", "2026-03-02T12:28:00.000Z"),
            pipeline=GRANDCHILD,
        )
    ],
    "/pipelines/38/bridges": [],
}
FOREIGN = {
    "/pipelines": [ELSEWHERE],
    "/pipelines/40/jobs": [
        built(
            *(400, "import", "failed", "2026-03-02T12:10:00.000Z", "2026-03-02T12:20:00.000Z"),
            pipeline=ELSEWHERE,
        )
    ],
    "/pipelines/40/bridges": [],
}
REJECTED = built(307, "deploy eu", "failed", None, "2026-03-02T12:55:00.000Z") | {
    "failure_reason": "deployment_rejected"
}
ROUTES: dict[str, Any] = {
    "": PROJECT,
    "/merge_requests": MERGE_REQUESTS,
    "/merge_requests/1/notes": NOTES,
    # their parents are left out here
    "/merge_requests/1/commits": [{**one, "parent_ids": []} for one in MADE[1:3]],
    **{f"/merge_requests/{iid}/{table}": [] for iid in (2, 3, 4) for table in ("notes", "commits")},
    "/issues": [
        written(
            *(4, "closed"),
            **{"labels": ["service::shop"], "weight": 3, "closed_at": "2026-03-02T12:00:00.000Z"},
            updated_at="2026-03-02T12:00:00.000Z",
        ),
        written(7, "opened", confidential=True, labels=["P2"], epic={"id": 77, "iid": 1}),
    ],
    "/issues/4/resource_state_events": [
        happened(801, 4, "2026-03-02T12:00:00.412Z", state="closed")
    ],
    "/issues/4/resource_label_events": [
        happened(811, 4, "2026-03-01T08:00:00.100Z", action="add", label={"id": 0, "name": "bug"}),
        happened(
            812, 4, "2026-03-01T09:00:00.300Z", action="remove", label={"id": 0, "name": "bug"}
        ),
        happened(
            813,
            4,
            "2026-03-01T09:00:00.300Z",
            action="add",
            label={"id": 1, "name": "service::shop"},
        ),
        happened(814, 4, "2026-03-01T09:00:00.300Z", action="add", label=None),
    ],
    **{f"/issues/7/resource_{kind}_events": [] for kind in ("state", "label")},
    "/pipelines": [
        ran(31, "push", "2026-03-02T12:40:00.300Z"),
        ran(34, "schedule", "2026-03-03T01:00:00.000Z", "failed"),
        *(PARENT, CHILD, GRANDCHILD),
    ],
    **FAMILY,
    "/pipelines/31/jobs": JOBS,
    "/pipelines/32/jobs": [],
    "/pipelines/34/jobs": [
        built(
            *(320, "scan", "failed", "2026-03-03T00:10:00.000Z", "2026-03-03T00:50:00.000Z"),
            pipeline={"id": 34, "project_id": 15, "ref": "main", "sha": C, "status": "failed"},
        )
    ],
    "/deployments": [
        deployed(41, "success", "production", "2026-03-02T12:08:00.500Z", DEPLOY),
        deployed(46, "success", "staging", "2026-03-02T12:50:00.000Z"),
        # by the child's job
        deployed(
            51,
            "success",
            "production",
            "2026-03-02T12:09:00.500Z",
            FAMILY["/pipelines/37/jobs"][0],
        ),
        # its job is dropped, which GitLab calls a failure
        deployed(49, "failed", "production", "2026-03-02T12:55:00.000Z", REJECTED),
    ],
    "/repository/commits": MADE,
    "/repository/tags": [
        {
            "name": "v1.0",
            "target": E,
            "message": "1.0",
            "commit": MADE[0],
            "created_at": "2026-03-02T13:59:00.000Z",
        }
    ],
    "/releases": [
        {
            **{"tag_name": "v1.0", "name": "v1.0", "created_at": "2026-03-02T14:00:00.000Z"},
            **{"released_at": "2026-03-02T14:00:00.000Z", "author": BOB, "commit": MADE[0]},
            "_links": {"self": f"{URL}/-/releases/v1.0"},
        }
    ],
}
