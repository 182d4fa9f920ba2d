"""Bitbucket Cloud's webhooks and API answers about one repository, in the form of its documentation."""

from collections.abc import Iterator
from typing import Any

from tests.sources import Delivery

Item = dict[str, Any]

UUID = "{f2c1a3de-0000-4000-8000-000000000015}"
A, B, C, D = (letter * 40 for letter in "abcd")
ROLLED, FAILED, WAITING = (f"{{d0000000-0000-4000-8000-00000000000{n}}}" for n in (1, 2, 3))
PIPELINE = "{e0000000-0000-4000-8000-000000000031}"
TEST, DEPLOY = (f"{{50000000-0000-4000-8000-00000000000{n}}}" for n in (1, 2))


def user(name: str, kind: str = "user") -> Item:
    """An account."""
    return {"uuid": f"{{u-{name}}}", "nickname": name, "display_name": name, "type": kind}


ALICE, BOB, ROBOT = user("alice"), user("bob"), user("checks", "app_user")


def repository(name: str = "acme/shop") -> Item:
    """The repository."""
    return {
        **{"type": "repository", "uuid": UUID, "full_name": name, "name": name},
        **{"links": {"html": {"href": f"https://bitbucket.org/{name}"}}},
        **{
            "mainbranch": {"type": "branch", "name": "main"},
            "updated_on": "2026-03-03T00:00:00+00:00",
        },
    }


def commit(sha: str, parents: list[str], at: str, who: Item, message: str) -> Item:
    """A commit."""
    raw = f"{who['nickname']} <{who['nickname']}@example.com>"
    return {
        **{"type": "commit", "hash": sha, "date": at, "message": message},
        **{"author": {"type": "author", "raw": raw, "user": who}},
        "parents": [{"type": "commit", "hash": parent} for parent in parents],
    }


FIRST = commit(A, [D], "2026-03-02T08:40:00+00:00", ALICE, "Basket")
SECOND = commit(B, [A], "2026-03-02T08:50:00+00:00", ALICE, "Tests")
MERGE = commit(C, [D, B], "2026-03-02T12:00:00+00:00", BOB, "Merged in basket (pull request #1)")
OLD = commit(D, [], "2026-02-01T08:00:00+00:00", BOB, f"This reverts commit {'e' * 40}.")


def pull_request(state: str, at: str, **more: Any) -> Item:
    """Pull request 1, whose hashes are short."""
    where = {key: value for key, value in repository().items() if key != "mainbranch"}
    return {
        **{"type": "pullrequest", "id": 1, "title": "Basket", "description": "", "state": state},
        **{"draft": False, "author": ALICE, "created_on": "2026-03-02T09:00:00.000000+00:00"},
        **{"updated_on": at, "merge_commit": None, "closed_by": None, "reason": ""},
        "source": {"branch": {"name": "basket"}, "commit": {"hash": B[:12]}, "repository": where},
        "destination": {
            "branch": {"name": "main"},
            "commit": {"hash": D[:12]},
            "repository": where,
        },
        "links": {"html": {"href": "https://bitbucket.org/acme/shop/pull-requests/1"}},
        **more,
    }


MERGED = pull_request("MERGED", "2026-03-02T12:00:00.500000+00:00", merge_commit={"hash": C[:12]})


def comment(id_: int, at: str, who: Item) -> Item:
    """A comment."""
    return {
        "id": id_,
        "created_on": at,
        "updated_on": at,
        "user": who,
        "deleted": False,
        "content": {"raw": "x"},
    }


BOBS = comment(7, "2026-03-02T10:30:00.000000+00:00", BOB)
ROBOTS = comment(8, "2026-03-02T10:05:00.000000+00:00", ROBOT)
APPROVAL = {"date": "2026-03-02T11:20:00.000000+00:00", "user": BOB}
TAKEN_BACK = {"date": "2026-03-02T11:00:00.000000+00:00", "user": ALICE}
REQUESTED = {"date": "2026-03-02T10:40:00.000000+00:00", "user": BOB}


def change(kind: str, name: str, before: Item | None, after: Item | None, *commits: Item) -> Item:
    """One of the changes of a push."""

    def ref(target: Item | None) -> Item | None:
        return target and {"type": kind, "name": name, "target": target}

    return {
        **{"new": ref(after), "old": ref(before), "created": not before, "closed": not after},
        **{"forced": False, "truncated": False, "commits": list(commits)},
    }


def status(key: str, state: str, url: str, at: str) -> Item:
    """What a build tool says of a commit."""
    return {
        **{"type": "build", "key": key, "name": key, "state": state, "url": url, "refname": "main"},
        **{"created_on": "2026-03-02T12:00:10+00:00", "updated_on": at, "commit": {"hash": C}},
    }


HOME = "https://bitbucket.org/acme/shop/pipelines/results"
TOLD: list[tuple[str, str, Item]] = [
    (
        "repo:push",
        "2026-03-02T08:55:00",
        {"push": {"changes": [change("branch", "basket", None, SECOND, FIRST, SECOND)]}},
    ),
    (
        "pullrequest:created",
        "",
        {"pullrequest": pull_request("OPEN", "2026-03-02T09:00:00.000000+00:00", draft=True)},
    ),
    (
        "pullrequest:updated",
        "",
        {"pullrequest": pull_request("OPEN", "2026-03-02T10:00:00.000000+00:00")},
    ),
    ("pullrequest:comment_created", "", {"pullrequest": {"id": 1}, "comment": ROBOTS}),
    ("pullrequest:comment_created", "", {"pullrequest": {"id": 1}, "comment": BOBS}),
    (
        "pullrequest:changes_request_created",
        "",
        {"pullrequest": {"id": 1}, "changes_request": REQUESTED},
    ),
    ("pullrequest:approved", "", {"pullrequest": {"id": 1}, "approval": TAKEN_BACK}),
    ("pullrequest:unapproved", "", {"pullrequest": {"id": 1}, "approval": TAKEN_BACK}),
    ("pullrequest:approved", "", {"pullrequest": {"id": 1}, "approval": APPROVAL}),
    ("pullrequest:fulfilled", "", {"pullrequest": MERGED}),
    (
        "repo:push",
        "2026-03-02T12:00:01",
        {
            "push": {
                "changes": [
                    change("branch", "main", OLD, MERGE, MERGE),
                    change("branch", "basket", SECOND, None),
                ]
            }
        },
    ),
    (
        "repo:push",
        "2026-03-02T14:00:00",
        {
            "push": {
                "changes": [change("tag", "v1.0", None, MERGE), change("tag", "v0.9", None, MERGE)]
            }
        },
    ),
    (
        "repo:push",
        "2026-03-02T14:01:00",
        {"push": {"changes": [change("tag", "v0.9", MERGE, None)]}},
    ),
    (
        "repo:commit_status_created",
        "",
        {
            "commit_status": status(
                "jenkins-7", "INPROGRESS", "https://ci.example.com/7", "2026-03-02T12:00:10+00:00"
            )
        },
    ),
    (
        "repo:commit_status_updated",
        "",
        {
            "commit_status": status(
                "jenkins-7", "FAILED", "https://ci.example.com/7", "2026-03-02T12:05:00+00:00"
            )
        },
    ),
    (
        "repo:commit_status_updated",
        "",
        {"commit_status": status("pipe", "SUCCESSFUL", f"{HOME}/31", "2026-03-02T12:10:00+00:00")},
    ),
    (
        *("pullrequest:created", ""),
        {"pullrequest": {**pull_request("OPEN", "2026-03-02T09:00:00+00:00", author=BOB), "id": 3}},
    ),
    # one that is told in its state to be a draft, and one that waits to be merged
    (
        *("pullrequest:created", ""),
        {"pullrequest": {**pull_request("DRAFT", "2026-03-02T09:00:00+00:00"), "id": 4}},
    ),
    (
        *("pullrequest:updated", ""),
        {"pullrequest": {**pull_request("QUEUED", "2026-03-02T11:00:00+00:00"), "id": 5}},
    ),
    (
        *("repo:deleted", ""),
        {
            "repository": {
                **repository("acme/gone"),
                "uuid": "{f2c1a3de-0000-4000-8000-000000000016}",
            }
        },
    ),
]


def told() -> Iterator[Delivery]:
    """Everything that Bitbucket tells by itself; the first under the repository's old name."""
    for number, (event, at, body) in enumerate(TOLD):
        where = repository("acme/old-shop") if number == 0 else repository()
        headers = {"X-Event-Key": event, "X-Request-UUID": f"request-{number}"}
        received_at = f"{at or '2026-03-03T00:00:00'}+00:00"
        yield Delivery({"actor": BOB, "repository": where, **body}, headers, received_at)


def step(uuid: str, name: str, result: str, start: str, end: str) -> Item:
    """A step of the pipeline."""
    return {
        **{"type": "pipeline_step", "uuid": uuid, "name": name, "run_number": 1},
        **{
            "pipeline": {"type": "pipeline", "uuid": PIPELINE},
            "started_on": start,
            "completed_on": end,
        },
        "state": {"name": "COMPLETED", "result": {"name": result}},
    }


def deployment(
    uuid: str, state: str, result: str | None, environment: str, at: str, step_: str
) -> Item:
    """A deployment."""
    is_over = state == "COMPLETED"
    return {
        **{"type": "deployment", "uuid": uuid, "step": {"uuid": step_}, "last_update_time": at},
        **{
            "environment": {
                "uuid": "{env}",
                "name": environment,
                "environment_type": {"name": environment},
            }
        },
        "release": {
            **{"name": "#31", "url": f"{HOME}/31", "created_on": "2026-03-02T12:00:06Z"},
            **{"commit": {"hash": C}, "pipeline": {"uuid": PIPELINE}},
        },
        "state": {
            **{
                "name": state,
                "url": f"{HOME}/31/steps",
                "status": {"name": result} if result else None,
            },
            **{
                "started_on": "2026-03-02T12:06:10Z" if is_over else None,
                "completed_on": at if is_over else None,
            },
        },
    }


ROUTES: dict[str, Any] = {
    "": repository(),
    "/pullrequests": [
        MERGED,
        {**pull_request("DECLINED", "2026-03-03T14:00:00.000000+00:00"), "id": 2, "author": ROBOT},
    ],
    "/pullrequests/1/activity": [
        {
            "pull_request": {"id": 1},
            "update": {
                "state": "MERGED",
                "date": "2026-03-02T12:00:00.000000+00:00",
                "author": BOB,
            },
        },
        {"pull_request": {"id": 1}, "approval": APPROVAL},
        {"pull_request": {"id": 1}, "changes_requested": REQUESTED},
        {"pull_request": {"id": 1}, "comment": BOBS},
        {"pull_request": {"id": 1}, "comment": ROBOTS},
        {"pull_request": {"id": 1}, "comment": comment(9, "2026-03-02T10:50:00+00:00", BOB)},
    ],
    "/pullrequests/1/commits": [SECOND, FIRST],
    "/pullrequests/2/activity": [],
    "/pullrequests/2/commits": [],
    "/commits/main": [MERGE, SECOND, FIRST, OLD],
    "/pipelines/": [
        {
            **{
                "type": "pipeline",
                "uuid": PIPELINE,
                "build_number": 31,
                "run_number": 1,
                "creator": BOB,
            },
            **{
                "state": {"name": "COMPLETED", "result": {"name": "SUCCESSFUL"}},
                "trigger": {"name": "PUSH"},
            },
            **{"created_on": "2026-03-02T12:00:05Z", "completed_on": "2026-03-02T12:10:00Z"},
            "target": {"ref_type": "branch", "ref_name": "main", "commit": {"hash": C}},
        }
    ],
    f"/pipelines/{PIPELINE}/steps/": [
        step(TEST, "Test", "FAILED", "2026-03-02T12:01:00Z", "2026-03-02T12:03:00Z"),
        step(DEPLOY, "Deploy", "SUCCESSFUL", "2026-03-02T12:06:10Z", "2026-03-02T12:08:00Z"),
    ],
    "/deployments/": [
        deployment(ROLLED, "COMPLETED", "SUCCESSFUL", "Production", "2026-03-02T12:08:00Z", DEPLOY),
        deployment(FAILED, "COMPLETED", "FAILED", "Staging", "2026-03-02T12:05:00Z", "{s3}"),
        deployment(WAITING, "UNDEPLOYED", None, "Production", "2026-03-02T12:09:00Z", "{s4}"),
    ],
    "/refs/tags": [{"name": "v1.0", "target": MERGE, "date": None, "type": "tag"}],
}
