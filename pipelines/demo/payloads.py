"""GitHub's webhook payloads, in its own shapes.

Parts that repeat (accounts, repositories) are rendered once and spliced in as text: most of a payload is addresses.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from pipelines.demo.history import NO_SHA, Commit, Person
from pipelines.demo.organisation import FORGE, HOST, OWNER, Plan

API = "https://api.github.com"


class Raw(str):
    """JSON that is already text."""

    __slots__ = ()


def dumps(value: Any) -> str:
    """JSON text of a value that may hold `Raw` parts; three times as fast as asking `json` part by part."""
    kind = type(value)
    if kind is Raw:
        return str(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        return "{" + ",".join([f'"{key}":{dumps(part)}' for key, part in value.items()]) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([dumps(part) for part in value]) + "]"
    return json.dumps(value) if kind is not int else str(value)


@lru_cache(maxsize=4096)
def moment(at: int) -> str:
    """A time as GitHub writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def when(at: int | None) -> str | None:
    """A time as GitHub writes it, or null."""
    return None if at is None else moment(at)


USER_PATHS = {
    "followers_url": "/followers", "following_url": "/following{/other_user}", "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}", "subscriptions_url": "/subscriptions", "organizations_url": "/orgs",
    "repos_url": "/repos", "events_url": "/events{/privacy}", "received_events_url": "/received_events",
}  # fmt: skip
REPOSITORY_PATHS = {
    "forks_url": "/forks", "keys_url": "/keys{/key_id}", "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams", "hooks_url": "/hooks", "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}", "branches_url": "/branches{/branch}", "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}", "git_tags_url": "/git/tags{/sha}", "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}", "statuses_url": "/statuses/{sha}", "languages_url": "/languages",
    "stargazers_url": "/stargazers", "contributors_url": "/contributors", "subscribers_url": "/subscribers",
    "subscription_url": "/subscription", "commits_url": "/commits{/sha}", "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}", "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}", "merges_url": "/merges", "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads", "issues_url": "/issues{/number}", "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}", "releases_url": "/releases{/id}", "deployments_url": "/deployments",
}  # fmt: skip
LABEL_COLOURS = {
    "bug": "d73a4a",
    "hotfix": "b60205",
    "incident": "b60205",
    "dependencies": "0366d6",
}


class Forge:
    """Renders the payloads of one repository."""

    source = "github"
    labels_at_once = False

    def __init__(
        self, plan: Plan, born: int, slim: bool = False, name: str = "", updated: int | None = None
    ) -> None:
        """`name` is what the repository is called now, where that is not its name for good; `updated` when it got it.

        `slim` leaves out the templates of addresses, which nobody reads and which fill two thirds of a payload.
        """
        self.plan = plan
        self.born = born
        self.updated = updated or born
        self.slim = slim
        self.name = name or plan.name
        self.url = f"https://{HOST}/{OWNER}/{self.name}"
        self.api = f"{API}/repos/{OWNER}/{self.name}"
        self._users: dict[str, Raw] = {}
        self._workflows: dict[str, Raw] = {}
        self.organization = Raw(dumps(self._organization()))
        self._head, self._tail = self._repository()
        self.minimal = Raw(dumps(self._minimal_repository()))
        self.quiet_repository = self.repository(born)

    def mention(self, number: int) -> str:
        """How a text names a request."""
        return f"#{number}"

    def change_url(self, number: int) -> str:
        """The page of a request."""
        return f"{self.url}/pull/{number}"

    def commit_url(self, sha: str) -> str:
        """The page of a commit."""
        return f"{self.url}/commit/{sha}"

    def committer(self, merger: Person) -> Person:
        """Who commits a merge: GitHub itself."""
        return FORGE

    def merge_message(self, number: int, branch: str, title: str) -> str:
        """What a merge commit says."""
        return f"Merge pull request #{number} from {OWNER}/{branch}\n\n{title}"

    def _lean(self, paths: Mapping[str, str], base: str) -> dict[str, str]:
        return {} if self.slim else {key: base + path for key, path in paths.items()}

    def _organization(self) -> dict[str, Any]:
        url = f"{API}/orgs/{OWNER}"
        return {
            "login": OWNER, "id": 38302899, "node_id": "MDEyOk9yZ2FuaXphdGlvbjM4MzAyODk5", "url": url,
            "repos_url": f"{url}/repos", "events_url": f"{url}/events", "hooks_url": f"{url}/hooks",
            "issues_url": f"{url}/issues", "members_url": f"{url}/members{{/member}}",
            "public_members_url": f"{url}/public_members{{/member}}",
            "avatar_url": "https://avatars.githubusercontent.com/u/38302899?v=4", "description": "",
        }  # fmt: skip

    def user(self, person: Person) -> Raw:
        """An account, as senders, authors and reviewers are shown."""
        if person.login not in self._users:
            url = f"{API}/users/{person.login}"
            self._users[person.login] = Raw(
                dumps(
                    {
                        "login": person.login,
                        "id": person.id,
                        "node_id": f"U_{person.id}",
                        "avatar_url": f"https://avatars.githubusercontent.com/u/{person.id}?v=4",
                        "gravatar_id": "",
                        "url": url,
                        "html_url": f"https://github.com/{person.login}",
                        **self._lean(USER_PATHS, url),
                        "type": person.type,
                        "user_view_type": "public",
                        "site_admin": False,
                    }
                )
            )
        return self._users[person.login]

    def _owner(self) -> Raw:
        return self.user(Person(OWNER, OWNER, "", 38302899, "Organization"))

    def _repository(self) -> tuple[str, str]:
        plan = self.plan
        body = dumps(
            {
                "id": plan.id,
                "node_id": f"R_{plan.id}",
                "name": self.name,
                "full_name": f"{OWNER}/{self.name}",
                "private": True,
                "owner": self._owner(),
                "html_url": self.url,
                "description": None,
                "fork": False,
                "url": self.api,
                **self._lean(REPOSITORY_PATHS, self.api),
                "created_at": moment(self.born),
                "updated_at": moment(self.updated),
                "pushed_at": Raw("\0"),
                "git_url": f"git://github.com/{OWNER}/{self.name}.git",
                "ssh_url": f"git@github.com:{OWNER}/{self.name}.git",
                "clone_url": f"{self.url}.git",
                "svn_url": self.url,
                "homepage": None,
                "size": 421,
                "stargazers_count": 0,
                "watchers_count": 0,
                "language": "Python",
                "has_issues": True,
                "has_projects": True,
                "has_downloads": True,
                "has_wiki": True,
                "has_pages": False,
                "has_discussions": False,
                "forks_count": 0,
                "mirror_url": None,
                "archived": False,
                "disabled": False,
                "open_issues_count": 2,
                "license": None,
                "allow_forking": False,
                "is_template": False,
                "web_commit_signoff_required": False,
                "topics": [],
                "visibility": "private",
                "forks": 0,
                "open_issues": 2,
                "watchers": 0,
                "default_branch": "main",
                "custom_properties": {},
            }
        )
        head, tail = body.split("\0")
        return head, tail

    def _minimal_repository(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "id": plan.id, "node_id": f"R_{plan.id}", "name": self.name, "full_name": f"{OWNER}/{self.name}",
            "private": True, "owner": self._owner(), "html_url": self.url, "description": None, "fork": False,
            "url": self.api,
            **self._lean({k: v for k, v in REPOSITORY_PATHS.items() if not k.startswith("clone")}, self.api),
        }  # fmt: skip

    def repository(self, pushed: int, in_push: bool = False) -> Raw:
        """The repository; pushes write its times as numbers, and say which branch is the default twice."""
        if not in_push:
            return Raw(f'{self._head}"{moment(pushed)}"{self._tail}')
        text = f"{self._head}{pushed}{self._tail[:-1]}"
        text = text.replace(f'"created_at":"{moment(self.born)}"', f'"created_at":{self.born}', 1)
        text = text.replace('"owner":{', f'"owner":{{"name":"{OWNER}","email":null,', 1)
        return Raw(f'{text},"stargazers":0,"master_branch":"main","organization":"{OWNER}"}}')

    def envelope(self, at: int, sender: Person) -> dict[str, Any]:
        """What ends every payload."""
        return {
            "repository": self.repository(at),
            "organization": self.organization,
            "sender": self.user(sender),
        }

    def label(self, name: str) -> dict[str, Any]:
        """A label."""
        identity = 1_362_934_000 + sum(name.encode())
        return {
            "id": identity, "node_id": f"LA_{identity}", "url": f"{self.api}/labels/{name}", "name": name,
            "color": LABEL_COLOURS.get(name, "ededed"), "default": name == "bug", "description": None,
        }  # fmt: skip

    def pull(self, change: Mapping[str, Any], full: bool = True) -> dict[str, Any]:
        """A pull request as it stands; reviews and comments carry a thinner one than its own events."""
        number, url = change["number"], f"{self.api}/pulls/{change['number']}"
        html = self.change_url(number)
        issue = f"{self.api}/issues/{number}"
        statuses = f"{self.api}/statuses/{change['head_sha']}"
        author = self.user(change["author"])

        def side(ref: str, sha: str, repository: Raw | None) -> dict[str, Any]:
            return {
                "label": f"{OWNER}:{ref}",
                "ref": ref,
                "sha": sha,
                "user": self._owner(),
                "repo": repository,
            }

        links = {
            "self": url, "html": html, "issue": issue, "comments": f"{issue}/comments",
            "review_comments": f"{url}/comments", "review_comment": f"{self.api}/pulls/comments{{/number}}",
            "commits": f"{url}/commits", "statuses": statuses,
        }  # fmt: skip
        body: dict[str, Any] = {
            "url": url, "id": change["id"], "node_id": f"PR_{change['id']}", "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch", "issue_url": issue, "number": number, "state": change["state"],
            "locked": False,
            "title": change["title"], "user": author, "body": change["body"],
            "created_at": moment(change["created_at"]), "updated_at": moment(change["updated_at"]),
            "closed_at": when(change["closed_at"]), "merged_at": when(change["merged_at"]),
            "merge_commit_sha": change["merge_commit_sha"], "assignee": None, "assignees": [],
            "requested_reviewers": [], "requested_teams": [], "labels": [self.label(name) for name in change["labels"]],
            "milestone": None, "draft": change["draft"], "commits_url": links["commits"],
            "review_comments_url": links["review_comments"], "review_comment_url": links["review_comment"],
            "comments_url": links["comments"], "statuses_url": statuses,
            # a fork that was deleted leaves a request without a repository to come from
            "head": side(change["head_ref"], change["head_sha"], None if change["orphan"] else self.quiet_repository),
            "base": side(change["base_ref"], change["base_sha"], self.quiet_repository),
            "_links": {key: {"href": href} for key, href in links.items()},
            "author_association": "MEMBER", "auto_merge": None, "active_lock_reason": None,
        }  # fmt: skip
        if full:
            merged = change["merged_at"] is not None
            body |= {
                "merged": merged, "mergeable": None, "rebaseable": None, "mergeable_state": "unknown",
                "merged_by": self.user(change["merged_by"]) if merged else None, "comments": change["comments"],
                "review_comments": change["review_comments"], "maintainer_can_modify": False,
                "commits": change["commits"], "additions": change["additions"], "deletions": change["deletions"],
                "changed_files": change["changed_files"],
            }  # fmt: skip
        return body

    def pull_request(
        self, action: str, change: Mapping[str, Any], at: int, sender: Person, **more: Any
    ) -> str:
        """`pull_request`."""
        return dumps(
            {
                "action": action,
                "number": change["number"],
                "pull_request": self.pull(change),
                **more,
            }
            | self.envelope(at, sender)
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
        """`pull_request_review`, submitted."""
        html = f"{self.url}/pull/{change['number']}#pullrequestreview-{identity}"
        url = f"{self.api}/pulls/{change['number']}"
        review = {
            "id": identity, "node_id": f"PRR_{identity}", "user": self.user(sender), "body": body,
            "commit_id": change["head_sha"], "submitted_at": moment(at), "state": state, "html_url": html,
            "pull_request_url": url, "author_association": "MEMBER",
            "_links": {"html": {"href": html}, "pull_request": {"href": url}},
        }  # fmt: skip
        return dumps(
            {"action": "submitted", "review": review, "pull_request": self.pull(change, full=False)}
            | self.envelope(at, sender)
        )

    def review_comment(
        self,
        change: Mapping[str, Any],
        identity: int,
        review: int,
        at: int,
        sender: Person,
        path: str,
    ) -> str:
        """`pull_request_review_comment`, created."""
        url = f"{self.api}/pulls/comments/{identity}"
        html = f"{self.url}/pull/{change['number']}#discussion_r{identity}"
        pull = f"{self.api}/pulls/{change['number']}"
        comment = {
            "url": url, "pull_request_review_id": review, "id": identity, "node_id": f"PRRC_{identity}",
            "diff_hunk": "@@ -1 +1 @@", "path": path, "position": 1, "original_position": 1,
            "commit_id": change["head_sha"], "original_commit_id": change["head_sha"], "user": self.user(sender),
            "body": "canary-title-comment: why <b>not</b> here?", "created_at": moment(at), "updated_at": moment(at),
            "html_url": html, "pull_request_url": pull, "author_association": "MEMBER",
            "_links": {"self": {"href": url}, "html": {"href": html}, "pull_request": {"href": pull}},
            "reactions": self._reactions(url), "start_line": None, "original_start_line": None, "start_side": None,
            "line": 1, "original_line": 1, "side": "RIGHT", "subject_type": "line",
        }  # fmt: skip
        return dumps(
            {"action": "created", "comment": comment, "pull_request": self.pull(change, full=False)}
            | self.envelope(at, sender)
        )

    def _reactions(self, url: str) -> dict[str, Any]:
        names = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
        return {"url": f"{url}/reactions", "total_count": 0} | dict.fromkeys(names, 0)

    def issue(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """An issue; a pull request has one too, which points back."""
        number, url = item["number"], f"{self.api}/issues/{item['number']}"
        body: dict[str, Any] = {
            "url": url, "repository_url": self.api, "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events", "html_url": f"{self.url}/{item.get('kind', 'issues')}/{number}",
            "id": item["issue_id"], "node_id": f"I_{item['issue_id']}", "number": number, "title": item["title"],
            "user": self.user(item["author"]), "labels": [self.label(name) for name in item["labels"]],
            "state": item["state"], "locked": False, "assignee": None, "assignees": [], "milestone": None,
            "comments": item["comments"], "created_at": moment(item["created_at"]),
            "updated_at": moment(item["updated_at"]),
            "closed_at": when(item["closed_at"]), "author_association": "MEMBER", "type": None,
            "active_lock_reason": None,
            "body": item["body"], "reactions": self._reactions(url), "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None, "state_reason": item.get("state_reason"),
        }  # fmt: skip
        if item.get("kind") == "pull":
            html = body["html_url"]
            body["draft"] = item["draft"]
            body["pull_request"] = {
                "url": f"{self.api}/pulls/{number}", "html_url": html, "diff_url": f"{html}.diff",
                "patch_url": f"{html}.patch", "merged_at": when(item["merged_at"]),
            }  # fmt: skip
        return body

    def issues(
        self, action: str, item: Mapping[str, Any], at: int, sender: Person, **more: Any
    ) -> str:
        """`issues`."""
        return dumps(
            {"action": action, "issue": self.issue(item), **more} | self.envelope(at, sender)
        )

    def issue_comment(
        self, item: Mapping[str, Any], identity: int, at: int, sender: Person, text: str
    ) -> str:
        """`issue_comment`, created; on a pull request too."""
        url = f"{self.api}/issues/comments/{identity}"
        comment = {
            "url": url,
            "html_url": f"{self.url}/{item.get('kind', 'issues')}/{item['number']}#issuecomment-{identity}",
            "issue_url": f"{self.api}/issues/{item['number']}", "id": identity, "node_id": f"IC_{identity}",
            "user": self.user(sender), "created_at": moment(at), "updated_at": moment(at),
            "author_association": "MEMBER" if sender.type == "User" else "NONE", "body": text,
            "reactions": self._reactions(url), "performed_via_github_app": None,
        }  # fmt: skip
        return dumps(
            {"action": "created", "issue": self.issue(item), "comment": comment}
            | self.envelope(at, sender)
        )

    def commit(self, commit: Commit, distinct: bool) -> dict[str, Any]:
        """A commit as a push carries it."""

        def who(person: Person) -> dict[str, str]:
            return {"name": person.name, "email": person.email, "username": person.login}

        return {
            "id": commit.sha, "tree_id": commit.tree, "distinct": distinct, "message": commit.message,
            "timestamp": moment(commit.committed), "url": self.commit_url(commit.sha),
            "author": who(commit.author), "committer": who(commit.committer),
            "added": [], "removed": [], "modified": commit.paths,
        }  # fmt: skip

    def push(
        self, ref: str, before: str, after: str, commits: list[tuple[Commit, bool]], head: Commit | None,
        at: int, sender: Person, forced: bool = False, base: str | None = None,
    ) -> str:  # fmt: skip
        """`push`; of an annotated tag, `after` is the tag's own id; where a branch is deleted there is no head."""
        created = before == NO_SHA
        return dumps(
            {
                "ref": ref,
                "before": before,
                "after": after,
                "repository": self.repository(at, in_push=True),
                "pusher": {"name": sender.login, "email": sender.email},
                "organization": self.organization,
                "sender": self.user(sender),
                "created": created,
                "deleted": after == NO_SHA,
                "forced": forced,
                "base_ref": base,
                "compare": f"{self.url}/compare/{before[:12]}...{after[:12]}",
                "commits": [self.commit(commit, distinct) for commit, distinct in commits],
                "head_commit": self.commit(head, True) if head else None,
            }
        )

    def delete_branch(self, name: str, at: int, sender: Person) -> str:
        """`delete` of a branch."""
        return dumps(
            {"ref": name, "ref_type": "branch", "pusher_type": "user"} | self.envelope(at, sender)
        )

    def renamed(self, former: str, at: int, sender: Person) -> str:
        """`repository`, renamed: everything from now on carries the new name, and the same id."""
        changes = {"repository": {"name": {"from": former}}}
        return dumps({"action": "renamed", "changes": changes} | self.envelope(at, sender))

    def create_tag(self, name: str, at: int, sender: Person) -> str:
        """`create` of a tag, which carries neither its commit nor its time."""
        return dumps(
            {
                "ref": name,
                "ref_type": "tag",
                "master_branch": "main",
                "description": None,
                "pusher_type": "user",
            }
            | self.envelope(at, sender)
        )

    def _run(self, run: Mapping[str, Any]) -> dict[str, Any]:
        url = f"{self.api}/actions/runs/{run['id']}"
        workflow = f"{self.api}/actions/workflows/{run['workflow_id']}"
        commit: Commit = run["commit"]
        attempt = run["attempt"]
        return {
            "id": run["id"], "name": run["name"], "node_id": f"WFR_{run['id']}", "head_branch": run["branch"],
            "head_sha": commit.sha, "path": run["path"], "display_title": run["title"],
            "run_number": run["run_number"], "event": run["event"], "status": run["status"],
            "conclusion": run["conclusion"],
            "workflow_id": run["workflow_id"], "check_suite_id": run["id"] + 1,
            "check_suite_node_id": f"CS_{run['id']}",
            "url": url, "html_url": f"{self.url}/actions/runs/{run['id']}", "pull_requests": [],
            "created_at": moment(run["created_at"]), "updated_at": moment(run["updated_at"]),
            "actor": self.user(run["actor"]),
            "run_attempt": attempt, "referenced_workflows": [], "run_started_at": moment(run["started_at"]),
            "triggering_actor": self.user(run["actor"]), "jobs_url": f"{url}/jobs", "logs_url": f"{url}/logs",
            "check_suite_url": f"{self.api}/check-suites/{run['id'] + 1}", "artifacts_url": f"{url}/artifacts",
            "cancel_url": f"{url}/cancel", "rerun_url": f"{url}/rerun",
            "previous_attempt_url": f"{url}/attempts/{attempt - 1}" if attempt > 1 else None, "workflow_url": workflow,
            "head_commit": {
                "id": commit.sha, "tree_id": commit.tree, "message": commit.message,
                "timestamp": moment(commit.committed),
                "author": {"name": commit.author.name, "email": commit.author.email},
                "committer": {"name": commit.committer.name, "email": commit.committer.email},
            },
            "repository": self.minimal, "head_repository": self.minimal,
        }  # fmt: skip

    def workflow_run(self, action: str, run: Mapping[str, Any], at: int) -> str:
        """`workflow_run`; `updated_at` of a completed one is its finish."""
        return dumps(
            {"action": action, "workflow_run": self._run(run), "workflow": self._workflow(run)}
            | self.envelope(at, run["actor"])
        )

    def _workflow(self, run: Mapping[str, Any]) -> Raw:
        if run["name"] not in self._workflows:
            self._workflows[run["name"]] = Raw(
                dumps(
                    {
                        "id": run["workflow_id"],
                        "node_id": f"W_{run['workflow_id']}",
                        "name": run["name"],
                        "path": run["path"],
                        "state": "active",
                        "created_at": moment(self.born),
                        "updated_at": moment(self.born),
                        "url": f"{self.api}/actions/workflows/{run['workflow_id']}",
                        "html_url": f"{self.url}/blob/main/{run['path']}",
                        "badge_url": f"{self.url}/workflows/{run['name']}/badge.svg",
                    }
                )
            )
        return self._workflows[run["name"]]

    def workflow_job(
        self, action: str, run: Mapping[str, Any], job: Mapping[str, Any], at: int
    ) -> str:
        """`workflow_job`."""
        commit: Commit = run["commit"]
        url = f"{self.api}/actions/jobs/{job['id']}"
        done = job["completed_at"]
        body = {
            "id": job["id"], "run_id": run["id"], "workflow_name": run["name"], "head_branch": run["branch"],
            "run_url": f"{self.api}/actions/runs/{run['id']}", "run_attempt": run["attempt"],
            "node_id": f"CR_{job['id']}",
            "head_sha": commit.sha, "url": url, "html_url": f"{self.url}/actions/runs/{run['id']}/job/{job['id']}",
            "status": job["status"], "conclusion": job["conclusion"], "created_at": moment(job["created_at"]),
            "started_at": moment(job["started_at"]), "completed_at": when(done), "name": job["name"],
            "steps": [
                {
                    "name": "Set up job", "status": "completed", "conclusion": "success", "number": 1,
                    "started_at": moment(job["started_at"]), "completed_at": moment(job["started_at"]),
                }
            ] if job["conclusion"] in ("success", "failure") else [],
            "check_run_url": f"{self.api}/check-runs/{job['id']}", "labels": ["ubuntu-latest"], "runner_id": 5,
            "runner_name": "GitHub Actions 5", "runner_group_id": 2, "runner_group_name": "GitHub Actions",
        }  # fmt: skip
        return dumps({"action": action, "workflow_job": body} | self.envelope(at, run["actor"]))

    def _deployment(self, deployment: Mapping[str, Any]) -> dict[str, Any]:
        url = f"{self.api}/deployments/{deployment['id']}"
        return {
            "url": url, "id": deployment["id"], "node_id": f"DE_{deployment['id']}", "task": "deploy",
            "original_environment": deployment["environment"], "environment": deployment["environment"],
            "description": None, "created_at": moment(deployment["created_at"]),
            "updated_at": moment(deployment["updated_at"]), "statuses_url": f"{url}/statuses",
            "repository_url": self.api,
            "creator": self.user(deployment["creator"]), "sha": deployment["sha"], "ref": deployment["ref"],
            "payload": {},
            "transient_environment": False,
            "production_environment": deployment["environment"].startswith("production"),
            "performed_via_github_app": None,
        }  # fmt: skip

    def deployment(self, deployment: Mapping[str, Any], at: int) -> str:
        """`deployment`, created."""
        return dumps(
            {
                "deployment": self._deployment(deployment),
                "action": "created",
                "workflow": None,
                "workflow_run": None,
            }
            | self.envelope(at, deployment["creator"])
        )

    def deployment_status(
        self, deployment: Mapping[str, Any], identity: int, state: str, at: int
    ) -> str:
        """`deployment_status`, created."""
        url = f"{self.api}/deployments/{deployment['id']}"
        target = f"{self.url}/actions/runs/{deployment['run_id']}/job/{deployment['id']}"
        status = {
            "url": f"{url}/statuses/{identity}", "id": identity, "node_id": f"DES_{identity}", "state": state,
            "creator": self.user(deployment["creator"]), "description": "", "environment": deployment["environment"],
            "target_url": target, "created_at": moment(at), "updated_at": moment(at), "deployment_url": url,
            "repository_url": self.api, "environment_url": "", "log_url": target, "performed_via_github_app": None,
        }  # fmt: skip
        return dumps(
            {
                "deployment_status": status,
                "deployment": self._deployment(deployment),
                "action": "created",
                "check_run": None,
                "workflow": None,
                "workflow_run": None,
            }
            | self.envelope(at, deployment["creator"])
        )

    def release(self, action: str, release: Mapping[str, Any], at: int, sender: Person) -> str:
        """`release`."""
        url, tag = f"{self.api}/releases/{release['id']}", release["tag_name"]
        body = {
            "url": url, "assets_url": f"{url}/assets",
            "upload_url": f"{url.replace('api', 'uploads', 1)}/assets{{?name,label}}",
            "html_url": f"{self.url}/releases/tag/{tag}", "id": release["id"], "author": self.user(sender),
            "node_id": f"RE_{release['id']}", "tag_name": tag, "target_commitish": "main", "name": tag, "draft": False,
            "immutable": False, "prerelease": release["prerelease"], "created_at": moment(release["created_at"]),
            "updated_at": moment(release["published_at"]), "published_at": moment(release["published_at"]),
            "assets": [],
            "tarball_url": f"{self.api}/tarball/{tag}", "zipball_url": f"{self.api}/zipball/{tag}", "body": None,
        }  # fmt: skip
        return dumps({"action": action, "release": body} | self.envelope(at, sender))
