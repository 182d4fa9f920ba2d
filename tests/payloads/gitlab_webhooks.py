"""What GitLab tells of a project of a subgroup that is renamed, in the form of its documentation of webhook events."""

from collections.abc import Iterator
from typing import Any

from tests.sources import Delivery

Item = dict[str, Any]

HOST = "https://gitlab.example.com"
ALICE = {"id": 11, "name": "Alice", "username": "alice", "state": "active"}
BOB = {"id": 12, "name": "Bob", "username": "bob", "state": "active"}
CAROL = {"id": 13, "name": "Carol", "username": "carol", "state": "active"}
ROBOT = {"id": 90, "name": "Checks", "username": "project_15_bot_4fc1", "state": "active"}
EMAILS = {"alice": "alice@example.com", "bob": "bob@example.com"}
A, B, C, D, E = (letter * 40 for letter in "abcde")
F = "f" * 40
ZERO = "0" * 40


def project(path: str = "acme/platform/shop", id_: int = 15) -> Item:
    """A project as webhooks have it."""
    return {
        **{"id": id_, "name": "Shop", "web_url": f"{HOST}/{path}", "namespace": "Platform"},
        **{"git_http_url": f"{HOST}/{path}.git", "visibility_level": 0},
        **{"path_with_namespace": path, "default_branch": "main"},
    }


def user(who: Item) -> Item:
    """A user as webhooks have them: an address that is not public is redacted."""
    return {**who, "email": EMAILS.get(str(who["username"]), "[REDACTED]")}


def delivery(key: str, at: str, body: Item) -> Delivery:
    """A delivery."""
    return Delivery(body, {"Idempotency-Key": key}, at)


# Merge request 1: a draft, made ready, commented on, approved, taken back, approved again, merged with a merge commit


def merge_request(action: str, state: str, at: str, who: Item, **more: Any) -> Item:
    """A webhook of the merge request 1."""
    changes = more.pop("changes", {})
    path = more.pop("path", "acme/platform/shop")
    attributes = {
        **{"id": 101, "iid": 1, "target_branch": "main", "source_branch": "alice/basket"},
        **{"source_project_id": 15, "target_project_id": 15, "author_id": 11, "state": state},
        **{"title": "Basket", "description": "Closes #4 and #5, fixes acme/other#7"},
        **{"created_at": "2026-03-02 09:00:00 UTC", "updated_at": at, "draft": False},
        **{"work_in_progress": False, "merge_commit_sha": None, "action": action},
        **{"url": f"{HOST}/{path}/-/merge_requests/1", "target": project(path)},
        **{
            "source": project(path),
            "last_commit": {"id": B, "timestamp": "2026-03-02T08:50:00+00:00"},
        },
        **{"labels": [{"id": 7, "title": "feature"}]},
        **more,
    }
    return {
        **{"object_kind": "merge_request", "event_type": "merge_request", "user": user(who)},
        **{"project": project(path), "object_attributes": attributes, "changes": changes},
        **{"labels": attributes["labels"]},
    }


def note(id_: int, at: str, who: Item, text: str, kind: str = "MergeRequest") -> Item:
    """A webhook of a comment."""
    attributes = {
        **{"id": id_, "note": text, "noteable_type": kind, "author_id": who["id"]},
        **{"created_at": at, "updated_at": at, "project_id": 15, "system": False},
        **{"noteable_id": 101, "action": "create"},
        **{"url": f"{HOST}/acme/platform/shop/-/merge_requests/1#note_{id_}"},
    }
    on = {"merge_request": {"id": 101, "iid": 1, "target_project_id": 15}}
    return {
        **{"object_kind": "note", "event_type": "note", "user": user(who), "project_id": 15},
        **{"project": project(), "object_attributes": attributes},
        **(on if kind == "MergeRequest" else {"issue": {"id": 504, "iid": 4}}),
    }


READY = {"draft": {"previous": True, "current": False}}
CONVERSATION = [
    # told before the project was renamed
    merge_request("open", "opened", "2026-03-02 09:00:00 UTC", ALICE, draft=True, path="acme/shop"),
    merge_request("update", "opened", "2026-03-02 10:00:00 UTC", ALICE, changes=READY),
    note(1001, "2026-03-02 10:05:00 UTC", ROBOT, "Coverage is 81 %"),
    note(1002, "2026-03-02 10:30:00 UTC", BOB, "Why here?"),
    note(1003, "2026-03-02 10:31:00 UTC", BOB, "An issue", kind="Issue"),
    merge_request("approval", "opened", "2026-03-02 11:00:00 UTC", CAROL),
    merge_request("unapproval", "opened", "2026-03-02 11:10:00 UTC", CAROL),
    merge_request("approved", "opened", "2026-03-02 11:20:01 UTC", BOB),
    merge_request("merge", "merged", "2026-03-02 12:00:00 UTC", BOB, merge_commit_sha=C),
]

# Pushes: the branch, its merge; a branch that is deleted; tags that come and go


def push(ref: str, before: str, after: str, who: Item, *commits: Item, kind: str = "push") -> Item:
    """A webhook of a push."""
    return {
        **{"object_kind": kind, "event_name": kind, "before": before, "after": after, "ref": ref},
        **{"checkout_sha": commits[-1]["id"] if commits else None, "user_id": who["id"]},
        **{"user_username": who["username"], "user_email": EMAILS.get(str(who["username"]), "")},
        **{
            "project_id": 15,
            "project": project(),
            "commits": [] if kind == "tag_push" else list(commits),
        },
        **{"total_commits_count": len(commits)},
    }


def pushed(sha: str, at: str, message: str, email: str, *paths: str) -> Item:
    """A commit of a push."""
    author = {"name": email.split("@")[0], "email": email}
    return {
        **{"id": sha, "message": message, "timestamp": at, "author": author},
        **{"added": list(paths), "modified": [], "removed": []},
    }


FIRST = pushed(A, "2026-03-02T09:40:00+01:00", "Basket", "alice@example.com", "basket.py")
SECOND = pushed(B, "2026-03-02T09:50:00+01:00", "Tests", "alice@example.com", "tests.py")
MERGE = pushed(
    *(C, "2026-03-02T13:00:00+01:00"),
    "Merge branch 'alice/basket' into 'main'\n\nBasket\n\nSee merge request acme/platform/shop!1",
    "bob@example.com",
)
TAGGED = pushed(C, "2026-03-02T13:00:00+01:00", "", "bob@example.com")
PUSHES = [
    ("2026-03-02T08:55:00+00:00", push("refs/heads/alice/basket", ZERO, B, ALICE, FIRST, SECOND)),
    ("2026-03-02T12:00:01+00:00", push("refs/heads/main", D, C, BOB, FIRST, SECOND, MERGE)),
    ("2026-03-02T12:00:02+00:00", push("refs/heads/alice/basket", B, ZERO, BOB)),
    ("2026-03-02T14:00:00+00:00", push("refs/tags/v1.0", ZERO, E, BOB, TAGGED, kind="tag_push")),
    ("2026-03-02T14:01:00+00:00", push("refs/tags/v0.9", ZERO, C, BOB, TAGGED, kind="tag_push")),
    ("2026-03-02T14:02:00+00:00", push("refs/tags/v0.9", C, ZERO, BOB, kind="tag_push")),
]

# Pipeline 31 and its child 32: a test that is retried, a check that may fail, a deployment that nobody starts


def pipeline(
    id_: int, status: str, source: str, finished_at: str | None, parent: int | None
) -> Item:
    """A webhook of a pipeline."""
    attributes = {
        **{"id": id_, "iid": id_ - 28, "name": "Release", "ref": "main", "tag": False, "sha": C},
        **{"source": source, "status": status, "created_at": "2026-03-02 12:00:05 UTC"},
        **{"finished_at": finished_at, "url": f"{HOST}/acme/platform/shop/-/pipelines/{id_}"},
    }
    body = {
        **{"object_kind": "pipeline", "object_attributes": attributes, "merge_request": None},
        **{"user": user(BOB), "project": project(), "builds": []},
    }
    if parent:
        body["source_pipeline"] = {"project": {"id": 15}, "pipeline_id": parent, "job_id": 309}
    return body


def job(id_: int, name: str, status: str, start: str | None, end: str | None, **more: Any) -> Item:
    """A webhook of a job."""
    return {
        **{"object_kind": "build", "ref": "main", "tag": False, "sha": C, "build_id": id_},
        **{"build_name": name, "build_stage": "test", "build_status": status},
        **{"build_created_at": "2026-03-02 12:00:05 UTC", "build_started_at": start},
        **{"build_finished_at": end, "build_allow_failure": False, "pipeline_id": 31},
        **{"project_id": 15, "project": project(), "user": user(BOB), "environment": None},
        **{"commit": {"id": 31, "sha": C}},
        **more,
    }


PRODUCTION = {"name": "production", "action": "start", "deployment_tier": "production"}
VERIFY = {"name": "production", "action": "verify"}
BUILDS = [
    pipeline(31, "running", "push", None, None),
    job(300, "test", "failed", "2026-03-02 12:01:00 UTC", "2026-03-02 12:03:00 UTC"),
    job(301, "test", "success", "2026-03-02 12:04:00 UTC", "2026-03-02 12:06:00 UTC"),
    job(
        302,
        "lint",
        "failed",
        "2026-03-02 12:01:00 UTC",
        "2026-03-02 12:02:00 UTC",
        build_allow_failure=True,
    ),
    job(
        303,
        "deploy",
        "success",
        "2026-03-02 12:06:10 UTC",
        "2026-03-02 12:08:00 UTC",
        environment=PRODUCTION,
    ),
    job(304, "deploy eu", "manual", None, None, environment=PRODUCTION),
    job(
        305,
        "smoke test",
        "success",
        "2026-03-02 12:30:00 UTC",
        "2026-03-02 12:40:00 UTC",
        environment=VERIFY,
    ),
    pipeline(32, "success", "parent_pipeline", "2026-03-02 12:05:00 UTC", 31),
    job(
        310,
        "docs",
        "canceled",
        "2026-03-02 12:04:00 UTC",
        "2026-03-02 12:05:00 UTC",
        pipeline_id=32,
    ),
    pipeline(31, "success", "push", "2026-03-02 12:40:00 UTC", None),
]


def deployment(
    id_: int, status: str, at: str, environment: str, job_id: int | None = None, **more: Any
) -> Item:
    """A webhook of a deployment."""
    url = f"{HOST}/acme/platform/shop/-/jobs/{job_id}" if job_id else None
    return {
        **{"object_kind": "deployment", "status": status, "status_changed_at": at},
        **{"deployment_id": id_, "deployable_id": job_id, "deployable_url": url},
        **{"environment": environment, "environment_tier": environment, "project": project()},
        **{"short_sha": C[:8], "user": user(BOB), "commit_title": "Merge"},
        **{"commit_url": f"{HOST}/acme/platform/shop/-/commit/{C}"},
        **more,
    }


def decided(id_: int, status: str, at: str, approval_id: int) -> Item:
    """A webhook of an approval of a deployment, or of a rejection."""
    approval = {"id": approval_id, "status": status, "comment": ""}
    more = {"approver": user(CAROL), "approval": approval}
    return deployment(id_, status, at, "production", **more)


DEPLOYMENTS = [
    deployment(41, "running", "2026-03-02 13:06:10 +0100", "production", 303),
    deployment(41, "success", "2026-03-02 13:08:00 +0100", "production", 303),
    deployment(42, "running", "2026-03-02 13:20:00 +0100", "production"),
    deployment(42, "failed", "2026-03-02 13:21:30 +0100", "production"),
    deployment(43, "canceled", "2026-03-02 13:25:00 +0100", "staging"),
    deployment(44, "skipped", "2026-03-02 13:26:00 +0100", "staging"),
    deployment(45, "blocked", "2026-03-02 13:27:00 +0100", "production"),
    # of one nothing but its approval was told; one is approved twice and runs; one is rejected
    decided(50, "approved", "2026-03-02 13:28:00 +0100", 1),
    deployment(47, "blocked", "2026-03-02 13:29:00 +0100", "production"),
    decided(47, "approved", "2026-03-02 13:30:00 +0100", 2),
    decided(47, "approved", "2026-03-02 13:31:00 +0100", 3),
    deployment(47, "running", "2026-03-02 13:32:00 +0100", "production"),
    deployment(47, "success", "2026-03-02 13:33:00 +0100", "production"),
    deployment(48, "blocked", "2026-03-02 13:34:00 +0100", "production"),
    deployment(48, "failed", "2026-03-02 13:35:00 +0100", "production"),
    decided(48, "rejected", "2026-03-02 13:35:00 +0100", 4),
]


def release(tag: str, action: str, at: str) -> Item:
    """A webhook of a release."""
    return {
        **{"id": 71, "object_kind": "release", "action": action, "tag": tag, "name": tag},
        **{"created_at": at, "released_at": at, "description": "", "project": project()},
        **{"url": f"{HOST}/acme/platform/shop/-/releases/{tag}", "commit": {"id": C}},
    }


# Issues: one that is labelled and closed, an incident, one that moves to another project


def issue(iid: int, action: str, state: str, at: str, who: Item = ALICE, **more: Any) -> Item:
    """A webhook of an issue, or of another work item."""
    changes = more.pop("changes", {})
    kind = more.pop("type", "Issue")
    labels = [{"id": number, "title": title} for number, title in enumerate(more.pop("labels", []))]
    attributes = {
        **{
            "id": 500 + iid,
            "iid": iid,
            "project_id": 15,
            "author_id": 11,
            "state": state,
            "type": kind,
        },
        **{"title": "Secret", "description": "", "created_at": "2026-03-01 08:00:00 UTC"},
        **{"updated_at": at, "action": action, "confidential": False, "moved_to_id": None},
        **{"severity": "unknown", "labels": labels, "weight": None},
        **{"url": f"{HOST}/acme/platform/shop/-/issues/{iid}"},
        **more,
    }
    return {
        **{"object_kind": "issue" if kind == "Issue" else "work_item", "event_type": "issue"},
        **{"user": user(who), "project": project(), "object_attributes": attributes},
        **{"labels": labels, "changes": changes},
    }


LABELLED = {
    "labels": {
        "previous": [{"id": 0, "title": "bug"}],
        "current": [{"id": 1, "title": "service::shop"}],
    }
}
OUTAGE = {
    **{
        "type": "Incident",
        "severity": "high",
        "escalation_status": "triggered",
        "labels": ["service::shop"],
    },
    "description": f"Caused by: {C}\nSee https://acme.pagerduty.com/incidents/PINC001",
}
TAKEN = OUTAGE | {"escalation_status": "acknowledged"}
ACKNOWLEDGED = {"escalation_status": {"previous": "triggered", "current": "acknowledged"}}
ISSUES = [
    issue(4, "open", "opened", "2026-03-01 08:00:00 UTC", labels=["bug"]),
    issue(
        4,
        "update",
        "opened",
        "2026-03-01 09:00:00 UTC",
        BOB,
        labels=["service::shop"],
        changes=LABELLED,
        weight=3,
    ),
    issue(
        4,
        "close",
        "closed",
        "2026-03-02 12:00:00 UTC",
        BOB,
        labels=["service::shop"],
        closed_at="2026-03-02 12:00:00 UTC",
        weight=3,
    ),
    issue(5, "open", "opened", "2026-03-01 08:00:00 UTC", **OUTAGE),
    issue(5, "update", "opened", "2026-03-01 08:04:00 UTC", BOB, changes=ACKNOWLEDGED, **TAKEN),
    issue(
        5,
        "close",
        "closed",
        "2026-03-01 09:00:00 UTC",
        BOB,
        closed_at="2026-03-01 09:00:00 UTC",
        **TAKEN,
    ),
    issue(5, "reopen", "opened", "2026-03-01 09:30:00 UTC", BOB, closed_at=None, **TAKEN),
    issue(
        5,
        "close",
        "closed",
        "2026-03-01 10:00:00 UTC",
        BOB,
        closed_at="2026-03-01 10:00:00 UTC",
        **TAKEN,
    ),
    issue(
        6,
        "close",
        "closed",
        "2026-03-01 11:00:00 UTC",
        BOB,
        closed_at="2026-03-01 11:00:00 UTC",
        moved_to_id=9001,
    ),
]


def system(event: str, id_: int, path: str) -> Item:
    """A system hook of a project."""
    return {
        **{
            "event_name": event,
            "created_at": "2026-01-01T00:00:00Z",
            "name": "Shop",
            "path": "shop",
        },
        **{"updated_at": "2026-03-03T00:00:00Z", "project_id": id_, "path_with_namespace": path},
    }


def told() -> Iterator[Delivery]:
    """Everything that GitLab tells by itself."""
    bodies = [
        *(*CONVERSATION, *BUILDS, *DEPLOYMENTS),
        *(
            release("v1.0", "create", "2026-03-02 14:00:00 UTC"),
            release("v0.8", "create", "2026-02-01 14:00:00 UTC"),
        ),
        *(release("v0.8", "delete", "2026-02-01 14:00:00 UTC"), *ISSUES),
        # a project of which nothing is left but its name
        {
            **pipeline(33, "success", "push", "2026-02-01 12:05:00 UTC", None),
            "project": project("acme/gone", 16),
        },
        system("project_destroy", 16, "acme/gone"),
    ]
    for number, body in enumerate(bodies):
        yield delivery(f"hook-{number}", "2026-03-03T00:00:00+00:00", body)
    for number, (at, body) in enumerate(PUSHES):
        yield delivery(f"push-{number}", at, body)
