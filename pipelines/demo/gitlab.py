"""GitLab's webhooks, in its own shapes: what `payloads.Forge` is for GitHub, by the same methods.

What GitLab has no webhook for is None: a branch or tag is told by its push alone, a new name by every later hook.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.demo.history import NO_SHA, Commit, Person
from pipelines.demo.organisation import Plan
from pipelines.demo.payloads import Raw, dumps, moment

ACTIONS = {
    "opened": "open",
    "reopened": "reopen",
    "labeled": "update",
    "unlabeled": "update",
    "synchronize": "update",
    "ready_for_review": "update",
}
ENDS = {
    "success": "success",
    "failure": "failed",
    "error": "failed",
    "cancelled": "canceled",
    "skipped": "skipped",
}
STATES = {"open": "opened", "closed": "closed"}
BEGINS = {"requested": "pending", "queued": "pending", "in_progress": "running"}
SOURCES = {"push": "push", "workflow_dispatch": "web"}


class GitLab:
    """Renders the payloads of one project."""

    source = "gitlab"
    labels_at_once = True

    def __init__(self, plan: Plan, born: int) -> None:
        """`born` is when the project was made."""
        self.plan = plan
        self.born = born
        self.url = plan.url
        self.project = Raw(
            dumps(
                {
                    "id": plan.id, "name": plan.name.title(), "description": None, "web_url": self.url,
                    "avatar_url": None, "git_ssh_url": f"git@{plan.host}:acme/{plan.name}.git",
                    "git_http_url": f"{self.url}.git", "namespace": "Acme", "visibility_level": 0,
                    "path_with_namespace": f"acme/{plan.name}", "default_branch": "main", "ci_config_path": None,
                }
            )
        )  # fmt: skip

    def mention(self, number: int) -> str:
        """How a text names a merge request."""
        return f"!{number}"

    def change_url(self, number: int) -> str:
        """The page of a merge request."""
        return f"{self.url}/-/merge_requests/{number}"

    def commit_url(self, sha: str) -> str:
        """The page of a commit."""
        return f"{self.url}/-/commit/{sha}"

    def merge_message(self, number: int, branch: str, title: str) -> str:
        """What a merge commit says."""
        return (
            f"Merge branch '{branch}' into 'main'\n\n{title}\n\n"
            f"See merge request acme/{self.plan.name}!{number}"
        )

    def label(self, name: str) -> dict[str, Any]:
        """A label."""
        return {
            "id": sum(name.encode()), "title": name, "color": "#dc143c", "project_id": self.plan.id, "template": False,
            "description": None, "type": "ProjectLabel", "group_id": None,
        }  # fmt: skip

    def user(self, person: Person) -> dict[str, Any]:
        """An account; what is a bot elsewhere is a project's token here."""
        name, address = person.login, person.email
        if person.type == "Bot":
            name = f"project_{self.plan.id}_bot_{person.login.partition('[')[0].replace('-', '_')}"
            address = f"{name}@noreply.{self.plan.host}"
        return {
            "id": person.id,
            "name": person.name,
            "username": name,
            "avatar_url": None,
            "email": address,
        }

    def committer(self, merger: Person) -> Person:
        """Who commits a merge: whoever merged."""
        return merger

    def _hook(self, kind: str, sender: Person, **more: Any) -> str:
        return dumps(
            {
                "object_kind": kind, "event_type": kind, "user": self.user(sender), "project_id": self.plan.id,
                "project": self.project, **more,
            }
        )  # fmt: skip

    def _change(self, change: Mapping[str, Any]) -> dict[str, Any]:
        merged = change["merged_at"] is not None
        author: Person = change["author"]
        return {
            "id": change["id"], "iid": change["number"], "target_branch": change["base_ref"],
            "source_branch": change["head_ref"], "source_project_id": self.plan.id, "target_project_id": self.plan.id,
            "author_id": author.id, "title": ("Draft: " if change["draft"] else "") + change["title"],
            "description": change["body"] or "", "state": "merged" if merged else STATES[change["state"]],
            "created_at": clock(change["created_at"]), "updated_at": clock(change["updated_at"]),
            "draft": change["draft"], "work_in_progress": change["draft"],
            "merge_commit_sha": change["merge_commit_sha"] if merged else None, "merge_status": "can_be_merged",
            "url": self.change_url(change["number"]), "source": self.project, "target": self.project,
            "last_commit": {"id": change["head_sha"], "url": self.commit_url(change["head_sha"])},
            "labels": [self.label(name) for name in change["labels"]],
        }  # fmt: skip

    def pull_request(
        self, action: str, change: Mapping[str, Any], at: int, sender: Person, **more: Any
    ) -> str:
        """`merge_request`; a review's approval is an action of it too."""
        ended = "merge" if change["merged_at"] is not None else "close"
        attributes = self._change(change) | {"action": ACTIONS.get(action, ended)}
        changes = {}
        if action == "approved":
            attributes["action"] = action
        elif action == "ready_for_review":
            changes = {"draft": {"previous": True, "current": False}}
        elif action == "synchronize":
            attributes["oldrev"] = more["before"]
        return self._hook(
            "merge_request", sender, object_attributes=attributes, labels=attributes["labels"], changes=changes
        )  # fmt: skip

    def _note(
        self, change: Mapping[str, Any], identity: int, at: int, sender: Person, text: str, kind: str | None = None
    ) -> str:  # fmt: skip
        note = {
            "id": identity, "note": text, "noteable_type": "MergeRequest", "author_id": sender.id, "type": kind,
            "created_at": clock(at), "updated_at": clock(at), "project_id": self.plan.id, "system": False,
            "noteable_id": change["id"], "action": "create",
            "url": f"{self.change_url(change['number'])}#note_{identity}",
        }  # fmt: skip
        return self._hook(
            "note", sender, object_attributes=note, merge_request=self._change(change)
        )

    def review(
        self,
        change: Mapping[str, Any],
        identity: int,
        at: int,
        sender: Person,
        state: str,
        body: str | None,
    ) -> str:
        """An approval; anything else that a reviewer says is a note."""
        if state == "approved":
            return self.pull_request(state, change, at, sender)
        return self._note(change, identity, at, sender, body or "")

    def review_comment(
        self,
        change: Mapping[str, Any],
        identity: int,
        review: int,
        at: int,
        sender: Person,
        path: str,
    ) -> str:
        """`note` on a line of the diff."""
        return self._note(
            change, identity, at, sender, "canary-title-comment: why <b>not</b> here?", "DiffNote"
        )

    def issue_comment(
        self, item: Mapping[str, Any], identity: int, at: int, sender: Person, text: str
    ) -> str:
        """`note`."""
        return self._note(item, identity, at, sender, text)

    def push(
        self, ref: str, before: str, after: str, commits: list[tuple[Commit, bool]], head: Commit | None,
        at: int, sender: Person, forced: bool = False, base: str | None = None,
    ) -> str:  # fmt: skip
        """`push` or `tag_push`, with the newest twenty commits."""
        user = self.user(sender)
        kind = "tag_push" if ref.startswith("refs/tags/") else "push"
        return dumps(
            {
                "object_kind": kind, "event_name": kind, "before": before, "after": after, "ref": ref,
                "ref_protected": ref == "refs/heads/main", "message": None,
                "checkout_sha": None if after == NO_SHA else head and head.sha, "user_id": sender.id,
                "user_name": user["name"], "user_username": user["username"], "user_email": user["email"],
                "project_id": self.plan.id, "project": self.project,
                "commits": [self._commit(commit) for commit, _ in commits[-20:]],
                "total_commits_count": len(commits),
            }
        )  # fmt: skip

    def _commit(self, commit: Commit) -> dict[str, Any]:
        return {
            "id": commit.sha, "message": commit.message, "title": commit.message.partition("\n")[0],
            "timestamp": moment(commit.committed), "url": self.commit_url(commit.sha),
            "author": {"name": commit.author.name, "email": commit.author.email},
            "added": [], "modified": commit.paths, "removed": [],
        }  # fmt: skip

    def delete_branch(self, name: str, at: int, sender: Person) -> None:
        """Nothing: the push says it."""

    def create_tag(self, name: str, at: int, sender: Person) -> None:
        """Nothing: the push says it."""

    def renamed(self, former: str, at: int, sender: Person) -> None:
        """Nothing: only an administrator's hook would say it."""

    def workflow_run(self, action: str, run: Mapping[str, Any], at: int) -> str:
        """`pipeline`."""
        commit: Commit = run["commit"]
        attributes = {
            "id": run["id"], "iid": run["run_number"], "name": run["name"], "ref": run["branch"], "tag": False,
            "sha": commit.sha, "before_sha": commit.parents[0] if commit.parents else NO_SHA,
            "source": SOURCES[run["event"]], "status": BEGINS.get(action) or ENDS[run["conclusion"]],
            "created_at": clock(run["created_at"]), "finished_at": clock(at) if action == "completed" else None,
            "url": f"{self.url}/-/pipelines/{run['id']}",
        }  # fmt: skip
        return self._hook(
            "pipeline", run["actor"], object_attributes=attributes, merge_request=None, builds=[]
        )  # fmt: skip

    def workflow_job(
        self, action: str, run: Mapping[str, Any], job: Mapping[str, Any], at: int
    ) -> str:
        """`build`."""
        commit: Commit = run["commit"]
        done = job["completed_at"]
        return self._hook(
            "build", run["actor"], ref=run["branch"], tag=False, sha=commit.sha, build_id=job["id"],
            build_name=job["name"], build_stage="deploy", build_status=BEGINS.get(action) or ENDS[job["conclusion"]],
            build_created_at=clock(job["created_at"]), build_started_at=clock(job["started_at"]),
            build_finished_at=clock(done) if done is not None else None, build_allow_failure=False,
            pipeline_id=run["id"], environment=None,
        )  # fmt: skip

    def _deployment(self, deployment: Mapping[str, Any], status: str, at: int) -> str:
        return self._hook(
            "deployment", deployment["creator"], status=status, status_changed_at=f"{clock(at)[:-3]}+0000",
            deployment_id=deployment["id"], deployable_id=None, deployable_url=None,
            environment=deployment["environment"], environment_slug=deployment["environment"].replace("/", "-"),
            environment_tier=deployment["environment"].partition("/")[0], short_sha=deployment["sha"][:8],
            commit_url=self.commit_url(deployment["sha"]), ref=deployment["ref"],
        )  # fmt: skip

    def deployment(self, deployment: Mapping[str, Any], at: int) -> str:
        """`deployment`, created."""
        return self._deployment(deployment, "created", at)

    def deployment_status(
        self, deployment: dict[str, Any], identity: int, state: str, at: int
    ) -> str | None:
        """`deployment`, running or at its end; that a later one took its place is told by none."""
        if deployment.get("is_over"):
            return None
        deployment["is_over"] = state != "in_progress"
        status = BEGINS.get(state) or ENDS.get(state, "canceled")
        return self._deployment(deployment, status, at)

    def release(
        self, action: str, release: Mapping[str, Any], at: int, sender: Person
    ) -> str | None:
        """`release`; of the two words that GitHub has for a new one, GitLab has one."""
        if action != "published":
            return None
        tag = release["tag_name"]
        return self._hook(
            "release", sender, id=release["id"], action="create", tag=tag, name=tag, description="",
            created_at=clock(release["created_at"]), released_at=clock(release["published_at"]),
            url=f"{self.url}/-/releases/{tag}",
        )  # fmt: skip


def clock(at: int) -> str:
    """A time as GitLab's webhooks write it."""
    return moment(at).replace("T", " ").replace("Z", " UTC")
