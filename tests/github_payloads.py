"""A small story in GitHub's own webhook payloads: a repository that is renamed on the way with every kind of event."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Item = dict[str, Any]
NPM_PACKAGE = "@octokit/webhooks-examples@7.6.1"
ADA = {"login": "ada", "id": 1, "type": "User"}
BOB = {"login": "bob", "id": 2, "type": "User"}
BOT = {"login": "dependabot[bot]", "id": 3, "type": "Bot"}
ZERO = "0" * 40
WEB = "https://github.com"


def at(minute: int) -> str:
    """A time as GitHub writes it, minutes after the story begins."""
    return f"2026-03-{2 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00Z"


def sha(name: str) -> str:
    """A SHA that can be told apart."""
    return name.encode().hex().ljust(40, "0")[:40]


@dataclass
class Story:
    """Deliveries in the order in which they happened."""

    name: str = "acme/shop"
    deliveries: list[Item] = field(default_factory=list)

    def repository(self, minute: int) -> Item:
        """The repository as it is now."""
        return {
            "id": 77,
            "name": self.name.split("/")[1],
            "full_name": self.name,
            "html_url": f"{WEB}/{self.name}",
            "owner": {"login": self.name.split("/")[0]},
            "default_branch": "main",
            "updated_at": at(minute),
            "pushed_at": at(minute),
        }

    def tell(self, event: str, minute: int, sender: Item = ADA, **body: Any) -> None:
        """Deliver an event."""
        full = {**body, "repository": self.repository(minute), "sender": sender}
        if event == "push":
            full["repository"]["pushed_at"] = (
                1_772_409_600 + minute * 60
            )  # of all events, in seconds
        headers = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": f"delivery-{len(self.deliveries):03d}",
        }
        self.deliveries.append({"headers": headers, "received_at": at(minute + 1), "body": full})

    def pull(self, number: int, minute: int, **fields: Any) -> Item:
        """A pull request's object."""
        web = f"{WEB}/{self.name}/pull/{number}"
        repository = self.repository(minute)
        pull = {
            "id": 500 + number,
            "number": number,
            "title": f"Change {number}",
            "user": ADA,
            "state": "open",
            "draft": False,
            "body": None,
            "html_url": web,
            "labels": [],
            "created_at": at(number * 10),
            "updated_at": at(minute),
            "closed_at": None,
            "merged_at": None,
            "merge_commit_sha": sha(f"trial{number}"),
            "base": {"ref": "main", "repo": repository},
            "head": {"ref": f"work-{number}", "sha": sha(f"head{number}"), "repo": repository},
            "additions": 10,
            "deletions": 2,
            "changed_files": 3,
            "commits": 2,
        }
        return pull | fields

    def push(self, ref: str, before: str, after: str, minute: int, *commits: Item) -> None:
        """Deliver a push."""
        head = commits[-1] if commits else None
        self.tell(
            "push",
            minute,
            ref=ref,
            before=before,
            after=after,
            created=before == ZERO,
            deleted=after == ZERO,
            forced=False,
            base_ref=None,
            commits=list(commits),
            head_commit=head,
        )


def commit(name: str, minute: int, message: str, **fields: Any) -> Item:
    """A commit as a push tells it."""
    person = {"name": "Ada", "email": "1+ada@users.noreply.github.com", "username": "ada"}
    return {
        "id": sha(name),
        "tree_id": sha("tree"),
        "distinct": True,
        "message": message,
        "timestamp": at(minute),
        "author": person,
        "committer": person,
        "added": [f"src/{name}.py"],
        "removed": [],
        "modified": ["README.md"],
    } | fields


def story() -> Story:
    """The whole story; `tests/test_github_webhooks.py` says what must come of it."""
    told = Story()
    # a change from its branch's first push to its merge, drafted first
    told.push("refs/heads/work-1", ZERO, sha("one"), 5, commit("one", 4, "First step"))
    told.tell(
        "pull_request",
        10,
        action="opened",
        number=1,
        pull_request=told.pull(
            1,
            10,
            draft=True,
            head={"ref": "work-1", "sha": sha("one"), "repo": told.repository(10)},
        ),
    )
    told.push(
        "refs/heads/work-1",
        sha("one"),
        sha("head1"),
        12,
        commit("theirs", 1, "Merged from main", distinct=False),
        commit("head1", 11, "Second step"),
    )
    told.tell(
        "pull_request",
        12,
        action="synchronize",
        number=1,
        pull_request=told.pull(1, 12, draft=True),
    )
    told.tell(
        "pull_request",
        15,
        action="ready_for_review",
        number=1,
        pull_request=told.pull(1, 15, body="Fixes #4 and resolves acme/other#9"),
    )
    review = {
        "id": 900,
        "user": BOB,
        "state": "changes_requested",
        "submitted_at": at(16),
        "commit_id": sha("head1"),
        "html_url": f"{WEB}/{told.name}/pull/1#r900",
        "pull_request_url": "https://api.github.com/repos/acme/shop/pulls/1",
    }
    told.tell(
        "pull_request_review",
        16,
        BOB,
        action="submitted",
        review=review,
        pull_request={"number": 1},
    )
    told.tell(
        "pull_request_review",
        18,
        BOB,
        action="dismissed",
        pull_request={"number": 1},
        review=review | {"state": "dismissed"},
    )
    told.tell(
        "pull_request_review",
        19,
        BOB,
        action="submitted",
        pull_request={"number": 1},
        review=review | {"id": 901, "state": "approved", "submitted_at": at(19)},
    )
    comment = {
        "id": 910,
        "user": BOT,
        "created_at": at(11),
        "updated_at": at(11),
        "issue_url": "https://api.github.com/repos/acme/shop/issues/1",
        "html_url": f"{WEB}/acme/shop/pull/1#issuecomment-910",
    }
    told.tell(
        "issue_comment",
        11,
        BOT,
        action="created",
        issue={"number": 1, "pull_request": {}},
        comment=comment,
    )
    told.tell(
        "issue_comment",
        13,
        action="created",
        issue={"number": 4},
        comment=comment | {"id": 911, "html_url": f"{WEB}/acme/shop/issues/4#issuecomment-911"},
    )
    told.tell(
        "pull_request",
        20,
        action="labeled",
        number=1,
        label={"name": "feature"},
        pull_request=told.pull(
            1, 20, labels=[{"name": "feature"}], body="Fixes #4 and resolves acme/other#9"
        ),
    )
    told.push(
        "refs/heads/main",
        sha("base"),
        sha("merge1"),
        21,
        commit("merge1", 21, "Change 1 (#1)\n\nThis reverts commit " + sha("old")),
    )
    merged = {
        "state": "closed",
        "closed_at": at(21),
        "merged_at": at(21),
        "merge_commit_sha": sha("merge1"),
        "labels": [{"name": "feature"}],
        "body": "Fixes #4 and resolves acme/other#9",
    }
    told.tell(
        "pull_request", 21, action="closed", number=1, pull_request=told.pull(1, 21, **merged)
    )
    # a payload that is thinner than what came before, and a null that counts
    thin = told.pull(1, 22, **merged)
    for name in ("additions", "deletions", "changed_files", "commits"):
        del thin[name]
    told.tell(
        "pull_request",
        22,
        action="edited",
        number=1,
        pull_request=thin | {"body": None, "labels": []},
    )
    # a bot's change that stays open, and one closed without a merge
    told.tell(
        "pull_request",
        20,
        BOT,
        action="opened",
        number=2,
        pull_request=told.pull(2, 20, user=BOT, title='Revert "Change 1"'),
    )
    told.tell(
        "pull_request",
        35,
        action="closed",
        number=3,
        pull_request=told.pull(3, 35, state="closed", closed_at=at(35)),
    )
    # a run that fails, is run again and succeeds; its jobs
    run = {
        "id": 700,
        "name": "Deploy",
        "event": "push",
        "status": "queued",
        "conclusion": None,
        "run_attempt": 1,
        "created_at": at(22),
        "run_started_at": at(22),
        "updated_at": at(22),
        "head_sha": sha("merge1"),
        "head_branch": "main",
        "html_url": f"{WEB}/acme/shop/actions/runs/700",
        "actor": ADA,
        "triggering_actor": ADA,
        "repository": {"id": 77, "html_url": f"{WEB}/acme/shop"},
    }
    told.tell("workflow_run", 22, action="requested", workflow_run=run)
    told.tell(
        "workflow_run",
        25,
        action="completed",
        workflow_run=run | {"status": "completed", "conclusion": "failure", "updated_at": at(25)},
    )
    told.tell(
        "workflow_run",
        30,
        action="completed",
        workflow_run=run
        | {
            "status": "completed",
            "conclusion": "success",
            "run_attempt": 2,
            "run_started_at": at(27),
            "updated_at": at(30),
        },
    )
    job = {
        "id": 710,
        "run_id": 700,
        "run_attempt": 1,
        "name": "deploy",
        "status": "queued",
        "conclusion": None,
        "created_at": at(22),
        "started_at": at(22),
        "completed_at": None,
        "head_sha": sha("merge1"),
        "head_branch": "main",
        "html_url": f"{WEB}/acme/shop/actions/runs/700/job/710",
    }
    done = {"status": "completed", "completed_at": at(25)}
    told.tell("workflow_job", 22, action="queued", workflow_job=job)
    told.tell(
        "workflow_job", 25, action="completed", workflow_job=job | done | {"conclusion": "failure"}
    )
    told.tell(
        "workflow_job",
        25,
        action="completed",
        workflow_job=job | done | {"id": 711, "name": "smoke", "conclusion": "skipped"},
    )
    told.tell(
        "workflow_job",
        25,
        action="completed",
        workflow_job=job | done | {"id": 712, "name": "lint", "conclusion": "cancelled"},
    )
    told.tell(
        "workflow_job",
        30,
        action="completed",
        workflow_job=job
        | done
        | {"id": 713, "run_attempt": 2, "conclusion": "success", "completed_at": at(30)},
    )
    deployments(told)
    issues(told)
    tags(told)
    return told


def deployments(told: Story) -> None:
    """One deployment that succeeds and is replaced, one that fails; the second's own event never came."""
    for number, states in (
        (800, ("in_progress", "success", "inactive")),
        (801, ("error", "success")),
    ):
        made = {
            "id": number,
            "sha": sha(f"merge{number}"),
            "ref": "main",
            "task": "deploy",
            "environment": "production",
            "created_at": at(number - 760),
            "updated_at": at(number - 760),
            "creator": ADA,
            "url": f"https://api.github.com/repos/acme/shop/deployments/{number}",
        }
        if number == 800:
            told.tell("deployment", 40, action="created", deployment=made, workflow_run={"id": 700})
        for position, state in enumerate(states):
            moment = number - 760 + 3 * (position + 1)
            told.tell(
                "deployment_status",
                moment,
                action="created",
                deployment=made | {"updated_at": at(moment)},
                deployment_status={
                    "id": number * 10 + position,
                    "state": state,
                    "created_at": at(moment),
                    "updated_at": at(moment),
                    "environment": "production",
                    "deployment_url": made["url"],
                    "creator": ADA,
                    "log_url": f"{WEB}/acme/shop/actions/runs/700/job/713",
                    "target_url": "",
                },
            )


def issues(told: Story) -> None:
    """An incident that is closed, opened again and closed; one that is deleted; one that moves away."""
    issue = {
        "id": 604,
        "number": 4,
        "title": "Down",
        "user": BOB,
        "state": "open",
        "state_reason": None,
        "labels": [{"name": "incident"}, {"name": "sev2"}, {"name": "service:checkout"}],
        "created_at": at(42),
        "updated_at": at(42),
        "closed_at": None,
        "html_url": f"{WEB}/acme/shop/issues/4",
        "body": f"It is down\r\n\r\n**Caused by:** {sha('merge1')[:12]}, #1.\r\nMore",
    }
    told.tell("issues", 42, BOB, action="opened", issue=issue)
    told.tell("issues", 42, BOB, action="labeled", issue=issue, label={"name": "incident"})
    closed = {"state": "closed", "state_reason": "completed"}
    told.tell(
        "issues",
        50,
        action="closed",
        issue=issue | closed | {"closed_at": at(50), "updated_at": at(50)},
    )
    told.tell(
        "issues",
        52,
        action="reopened",
        issue=issue | {"state_reason": "reopened", "updated_at": at(52)},
    )
    told.tell(
        "issues",
        60,
        action="closed",
        issue=issue | closed | {"closed_at": at(60), "updated_at": at(60)},
    )
    told.tell(
        "issues", 43, action="opened", issue=issue | {"id": 605, "number": 5, "updated_at": at(43)}
    )
    told.tell(
        "issues", 44, action="deleted", issue=issue | {"id": 605, "number": 5, "updated_at": at(44)}
    )
    told.tell(
        "issues",
        45,
        action="transferred",
        issue=issue | {"id": 606, "number": 6, "updated_at": at(45)},
        changes={"new_issue": {"id": 990}, "new_repository": {"id": 78}},
    )


def tags(told: Story) -> None:
    """Tags and releases; the repository is renamed in between, and a tag and a release are deleted."""
    tagger = commit("merge1", 21, "Change 1 (#1)")
    told.tell(
        "push",
        70,
        ref="refs/tags/v1",
        before=ZERO,
        after=sha("tagobject"),
        created=True,
        deleted=False,
        forced=False,
        base_ref=None,
        commits=[],
        head_commit=tagger,
    )
    told.tell("create", 70, ref="v1", ref_type="tag", master_branch="main", pusher_type="user")
    told.tell("create", 71, ref="gone", ref_type="tag", master_branch="main", pusher_type="user")
    told.name = "acme/store"
    told.tell(
        "repository", 75, action="renamed", changes={"repository": {"name": {"from": "shop"}}}
    )
    told.tell("delete", 80, ref="gone", ref_type="tag", pusher_type="user")
    release = {
        "id": 950,
        "tag_name": "v1",
        "name": "One",
        "draft": False,
        "prerelease": False,
        "author": ADA,
        "target_commitish": "main",
        "created_at": at(21),
        "published_at": at(82),
        "html_url": f"{WEB}/acme/store/releases/tag/v1",
    }
    told.tell("release", 82, action="published", release=release)
    told.tell("release", 82, action="released", release=release)
    told.tell(
        "release",
        84,
        action="published",
        release=release | {"id": 951, "tag_name": "v2-rc", "prerelease": True},
    )
    told.tell(
        "release",
        86,
        action="deleted",
        release=release | {"id": 951, "tag_name": "v2-rc", "prerelease": True},
    )
    told.tell("star", 90, action="created", starred_at=at(90))


def examples(folder: Path) -> Path:
    """The folder of recorded payloads, fetched from the package registry below `folder`: they are not ours to keep."""
    npm = shutil.which("npm")
    assert npm, "this test needs npm, to fetch recorded payloads"
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", NPM_PACKAGE],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com"


def recorded(folder: Path) -> list[Item]:
    """Recorded payloads: a list of `name`, the event, and `examples`."""
    return json.loads((examples(folder) / "index.json").read_text())
