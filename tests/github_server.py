"""A forge on loopback that answers as GitHub's REST API does, page by page, and can be told to fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.vendor_server import Handler, Request, Server, cut, serving, status

__all__ = ["Forge", "Handler", "Item", "cut", "serving", "shop", "status"]

Item = dict[str, Any]
PAGE = 2


@dataclass
class Forge(Server):
    """The forge's content by path below the repository."""

    lists: dict[str, list[Item]] = field(default_factory=dict)
    objects: dict[str, Item] = field(default_factory=dict)
    page_size: int = PAGE

    def reply(self, request: Request) -> tuple[Any, int, Mapping[str, str]]:
        """A page, an object or nothing."""
        found = self.page(request.path, request.query)
        if found is None:
            return {"message": "Not Found"}, 404, {}
        body, pages = found
        name = cursor(request.path)
        if name == "after" and "page" in request.query:
            return {"message": "Pagination using the `page` parameter is not supported."}, 400, {}
        page = int(request.query.get(name, 1))
        if page >= pages:
            return body, 200, {}
        following = urlencode({**request.query, name: page + 1})
        return body, 200, {"Link": f'<{self.url}{request.path}?{following}>; rel="next"'}

    def page(self, path: str, query: dict[str, str]) -> tuple[Any, int] | None:
        """The answer to a path, and how many pages there are; null where there is nothing."""
        if path in self.objects:
            return self.objects[path], 1
        if path not in self.lists:
            return None
        items = list(self.lists[path])
        if query.get("sort") == "updated":
            items.sort(
                key=lambda item: item["updated_at"], reverse=query.get("direction") == "desc"
            )
            items = [item for item in items if item["updated_at"] >= query.get("since", "")]
        size = min(int(query.get("per_page", 30)), self.page_size)
        page = int(query.get(cursor(path), 1))
        part = items[(page - 1) * size : page * size]
        wrapped = {"runs": "workflow_runs", "jobs": "jobs"}.get(path.rsplit("/", 1)[-1])
        if "/actions/" in path and wrapped:
            return {"total_count": len(items), wrapped: part}, -(-len(items) // size)
        if "/compare/" in path:
            return {"commits": part, "files": []}, -(-len(items) // size)
        return part, -(-len(items) // size)


def cursor(path: str) -> str:
    """The parameter that leads to the next page."""
    return "after" if "/dependabot/" in path else "page"


def shop(name: str = "acme/shop", number: int = 1) -> Forge:
    """A repository with a few of everything."""
    root = f"/repos/{name}"
    api = f"https://api.github.com{root}"
    web = f"https://github.com/{name}"
    user = {"login": "ada", "id": 1, "type": "User"}

    def at(minute: int) -> str:
        return f"2026-03-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00Z"

    def sha(index: int) -> str:
        return f"{index:040x}"

    repository = {
        "id": 9_007_199_254_740_993 + number, "name": name.split("/")[1], "full_name": name, "html_url": web,
        "default_branch": "main", "has_issues": True, "updated_at": at(0), "pushed_at": at(100),
        "owner": {"login": name.split("/")[0]},
    }  # fmt: skip
    forge = Forge()
    forge.objects[root] = repository
    issues, comments, review_comments = [], [], []
    for index in range(1, 8):
        pull = index % 2 == 1
        item = {
            "id": 1000 + index, "number": index, "title": f"Item {index} \ud83d\ude80", "user": user, "state": "closed",
            "labels": [{"name": "bug"}], "created_at": at(index * 10), "updated_at": at(index * 10 + 5),
            "closed_at": at(index * 10 + 5), "body": "Fixes #2", "url": f"{api}/issues/{index}",
            "repository_url": api, "html_url": f"{web}/{'pull' if pull else 'issues'}/{index}",
        }  # fmt: skip
        if pull:
            item["pull_request"] = {"url": f"{api}/pulls/{index}"}
            forge.objects[f"{root}/pulls/{index}"] = item | {
                "draft": False, "merged_at": at(index * 10 + 5), "merge_commit_sha": sha(index), "additions": 3,
                "deletions": 1, "changed_files": 1, "commits": 2, "base": {"ref": "main", "repo": repository},
                "head": {"ref": f"work-{index}", "sha": sha(100 + index), "repo": repository},
            }  # fmt: skip
            forge.lists[f"{root}/pulls/{index}/reviews"] = [
                {
                    "id": 2000 + index * 10 + n, "user": {"login": "bob", "type": "User"}, "state": "APPROVED",
                    "submitted_at": at(index * 10 + n), "html_url": f"{web}/pull/{index}#pullrequestreview-{n}",
                    "pull_request_url": f"{api}/pulls/{index}", "commit_id": sha(index),
                }
                for n in range(3)
            ]  # fmt: skip
            forge.lists[f"{root}/pulls/{index}/commits"] = [
                commit(api, sha(n), sha(n - 1), at(index)) for n in (100 + index, 200 + index)
            ]
        forge.lists[f"{root}/issues/{index}/events"] = [
            {
                "id": 3000 + index * 10 + n, "event": event, "actor": user, "created_at": at(index * 10 + n),
                "url": f"{api}/issues/events/{3000 + index * 10 + n}", "label": {"name": "bug"},
            }
            for n, event in enumerate(("labeled", "closed", "reopened"))
        ]  # fmt: skip
        issues.append(item)
        comment = {
            "id": 4000 + index, "user": user, "created_at": at(index), "updated_at": at(index),
            "issue_url": f"{api}/issues/{index}", "html_url": f"{item['html_url']}#issuecomment-{index}",
        }  # fmt: skip
        comments.append(comment)
        review_comments.append(
            comment | {"id": 5000 + index, "pull_request_url": f"{api}/pulls/{index}",
                       "html_url": f"{web}/pull/{index}#discussion_r{index}"}
        )  # fmt: skip
    forge.lists[f"{root}/issues"] = issues
    forge.lists[f"{root}/issues/comments"] = comments
    forge.lists[f"{root}/pulls/comments"] = review_comments
    forge.lists[f"{root}/commits"] = [
        commit(api, sha(n), sha(n - 1), at(n)) for n in range(10, 0, -1)
    ]
    forge.lists[f"{root}/git/matching-refs/heads/main"] = [
        {
            "ref": f"refs/heads/{branch}",
            "url": f"{api}/git/refs/heads/{branch}",
            "object": {"sha": sha(10), "type": "commit"},
        }
        for branch in ("main", "maintenance")
    ]
    forge.lists[f"{root}/git/matching-refs/heads/release"] = [
        {
            "ref": "refs/heads/release/1",
            "url": f"{api}/git/refs/heads/release/1",
            "object": {"sha": sha(50), "type": "commit"},
        }
    ]
    forge.lists[f"{root}/git/matching-refs/heads/hotfix/"] = []
    forge.lists[f"{root}/compare/{sha(10)}...{sha(50)}"] = [
        commit(api, sha(50), sha(9), at(50)),
        commit(api, sha(49), sha(8), at(49)),
        commit(api, sha(48), sha(7), at(48)),
    ]
    forge.lists[f"{root}/git/matching-refs/tags/"] = [
        {"ref": "refs/tags/v1", "url": f"{api}/git/refs/tags/v1",
         "object": {"sha": sha(5), "type": "commit", "url": f"{api}/git/commits/{sha(5)}"}},
        {"ref": "refs/tags/v2", "url": f"{api}/git/refs/tags/v2",
         "object": {"sha": sha(900), "type": "tag", "url": f"{api}/git/tags/{sha(900)}"}},
    ]  # fmt: skip
    forge.objects[f"{root}/git/tags/{sha(900)}"] = {
        "tag": "v2", "sha": sha(900), "url": f"{api}/git/tags/{sha(900)}", "tagger": {"date": at(70)},
        "object": {"sha": sha(7), "type": "commit"},
    }  # fmt: skip
    forge.lists[f"{root}/releases"] = [
        {
            "id": 6000 + n, "tag_name": f"v{n}", "name": f"v{n}", "draft": False, "prerelease": False,
            "target_commitish": "main", "created_at": at(60 + n), "published_at": at(61 + n), "author": user,
            "html_url": f"{web}/releases/tag/v{n}", "url": f"{api}/releases/{6000 + n}", "assets": [],
        }
        for n in (3, 2, 1)
    ]  # fmt: skip
    runs = []
    for n in range(5, 0, -1):
        run = {
            "id": 7000 + n, "name": "Deploy", "event": "push", "status": "completed", "conclusion": "success",
            "run_attempt": 2 if n == 3 else 1, "created_at": at(80 + n), "run_started_at": at(80 + n),
            "updated_at": at(90 + n), "head_sha": sha(n), "head_branch": "main", "repository": repository,
            "html_url": f"{web}/actions/runs/{7000 + n}", "actor": user, "triggering_actor": user,
        }  # fmt: skip
        runs.append(run)
        forge.lists[f"{root}/actions/runs/{7000 + n}/jobs"] = [
            {
                "id": 8000 + n * 10 + job, "run_id": 7000 + n, "run_attempt": 1, "name": f"job {job}",
                "status": "completed", "conclusion": ("success", "cancelled", "failure")[job], "head_sha": sha(n),
                "created_at": at(80 + n), "started_at": at(81 + n), "completed_at": at(82 + n), "head_branch": "main",
                "html_url": f"{web}/actions/runs/{7000 + n}/job/{8000 + n * 10 + job}",
                "run_url": f"{api}/actions/runs/{7000 + n}",
            }
            for job in range(3)
        ]  # fmt: skip
    forge.lists[f"{root}/actions/runs"] = runs
    forge.objects[f"{root}/actions/runs/7003/attempts/1"] = runs[2] | {
        "run_attempt": 1, "conclusion": "failure", "updated_at": at(84),
    }  # fmt: skip
    deployments = []
    for n in range(4, 0, -1):
        url = f"{api}/deployments/{9000 + n}"
        deployments.append(
            {
                "id": 9000 + n, "sha": sha(n), "ref": "main", "task": "deploy", "environment": "production",
                "created_at": at(95 + n), "updated_at": at(97 + n), "creator": user, "url": url, "repository_url": api,
            }
        )  # fmt: skip
        forge.lists[f"{root}/deployments/{9000 + n}/statuses"] = [
            {
                "id": 9100 + n * 10 + position, "state": state, "created_at": at(95 + n + position),
                "updated_at": at(95 + n + position), "environment": "production", "deployment_url": url,
                "repository_url": api, "target_url": f"{web}/actions/runs/7001/job/1", "creator": user,
            }
            for position, state in enumerate(("in_progress", "success", "inactive"))
        ]  # fmt: skip
    forge.lists[f"{root}/deployments"] = deployments
    forge.lists[f"{root}/dependabot/alerts"] = [
        {
            "number": n, "state": state, "url": f"{api}/dependabot/alerts/{n}",
            "html_url": f"{web}/security/dependabot/{n}", "created_at": at(n), "updated_at": at(40 + n),
            "security_advisory": {"severity": "low"}, "security_vulnerability": {"severity": "high"},
            "dismissed_at": at(40 + n) if state == "dismissed" else None, "auto_dismissed_at": None,
            "fixed_at": at(40 + n) if state == "fixed" else None,
        }
        for n, state in enumerate(("open", "fixed", "dismissed", "auto_dismissed", "open"), 1)
    ]  # fmt: skip
    return forge


def commit(api: str, sha: str, parent: str, moment: str) -> Item:
    """A commit as the API lists it."""
    person = {"name": "Ada", "email": "ada@example.com", "date": moment}
    return {
        "sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{api}/commit/{sha}",
        "commit": {"message": f"Work on {sha[-4:]} (#3)", "author": person, "committer": person},
        "author": {"login": "ada", "type": "User"}, "parents": [{"sha": parent}],
    }  # fmt: skip
