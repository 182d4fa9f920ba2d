"""GitLab's REST API v4: what is read of each project.

the project itself
merge_requests, by `updated_at` ──┬─▶ notes (what GitLab notes of itself among them: approvals, drafts)
                                  └─▶ merge_request_commits
issues, by `updated_at` ──────────┬─▶ resource_state_events
                                  └─▶ resource_label_events
pipelines, and child pipelines, by `updated_at` ──┬─▶ jobs, retried ones among them
                                                  └─▶ trigger_jobs, with the pipeline that each triggered
deployments, by `updated_at`
commits of the default branch and of `branches`
tags, releases: read whole
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import dlt
from requests.auth import AuthBase

from pipelines import rest
from pipelines.landing import LoadError

WHERE = "[sources.gitlab] of .dlt/config.toml"
LINK = rest.HeaderLinkPaginator()
PAGE = {"per_page": 100}
# A commit is dated when it was made, and may reach the branch long after.
COMMITS_LOOK_BACK = timedelta(days=30)


def auth() -> AuthBase:
    """The token; public projects can be read without one."""
    token = dlt.secrets.get("sources.gitlab.token", str)
    return rest.HeaderAuth(**{"PRIVATE-TOKEN": token}) if token else rest.NoAuth()


API = rest.Api("gitlab", "GitLab", "https://gitlab.com/api/v4", auth=auth)


def configured() -> bool:
    """True where `[sources.gitlab]` names projects or groups."""
    return bool(
        dlt.config.get("sources.gitlab.projects", list)
        or dlt.config.get("sources.gitlab.groups", list)
    )


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "version")


def scopes() -> list[rest.Scope]:
    """The projects that are named, and those of the groups with their subgroups."""
    names = dlt.config.get("sources.gitlab.projects", list) or []
    groups = dlt.config.get("sources.gitlab.groups", list) or []
    if not names and not groups:
        raise LoadError(
            f"nothing to load: write projects = ['group/project'] or groups = ['group'] into {WHERE}"
        )
    found = [item for name in names for item in project(str(name))]
    found += [item for group in groups for item in of_group(str(group))]
    triggers = trigger_jobs()
    return [
        scope(item | {"triggers": triggers}) for item in {one["id"]: one for one in found}.values()
    ]


def project(name: str) -> Iterator[rest.Item]:
    """One project; where it is refused only its name is known, and what is asked of it will say why."""
    path = quote(name, safe="")
    try:
        yield from rest.ask(API, rest.Listing("projects", f"projects/{path}"))
    except LoadError:
        host = urlsplit(str(dlt.config.get("sources.gitlab.base_url", str) or API.base_url)).netloc
        yield {"id": path, "web_url": f"https://{host}/{name}"}


def of_group(name: str) -> list[rest.Item]:
    """The projects of a group and its subgroups that the token sees; not those that others share with it."""
    params = {**PAGE, "include_subgroups": "true", "with_shared": "false"}
    params |= {"order_by": "id", "sort": "asc"}
    path = f"groups/{quote(name, safe='')}/projects"
    return rest.ask(API, rest.Listing("projects", path, params=params, paginator=LINK))


def trigger_jobs() -> str:
    """What the list of trigger jobs is called: GitLab 19.2 has renamed it, and 19 knows the older name too."""
    try:
        (found,) = rest.ask(API, rest.Listing("version", "version"))
    except LoadError:
        return "bridges"
    return "trigger_jobs" if re.match(r"[2-9]\d\.", str(found.get("version"))) else "bridges"


def scope(item: rest.Item) -> rest.Scope:
    """A project as a scope: its repository, as staging names it."""
    address = urlsplit(str(item["web_url"]))
    return rest.Scope(f"{address.hostname}{address.path}".lower().rstrip("/"), item=item)


def updated(since: datetime, until: datetime) -> dict[str, str]:
    """What asks for all that has changed since."""
    return {"updated_after": rest.iso(since)}


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """What is read of a project."""
    path = f"projects/{scope.item['id']}"
    extra = {"_project_id": scope.item["id"]}

    def listing(table: str, below: str, *version: str, **options: Any) -> rest.Listing:
        """One list of the project."""
        options["params"] = {**PAGE, **options.get("params", {})}
        return rest.Listing(
            table, f"{path}/{below}", paginator=LINK, version=version, extra=extra, **options
        )

    def walk(table: str, below: str, *version: str, **options: Any) -> rest.Listing:
        """One that is ordered by its clock."""
        params = {"order_by": "updated_at", "sort": "asc", **options.pop("params", {})}
        return listing(
            table, below, *version, params=params, clock="updated_at", since=updated, **options
        )

    def pipelines(name: str, **params: str) -> rest.Listing:
        """Pipelines, with their jobs and what these triggered."""
        job = ("id", "status", "started_at", "finished_at")
        children = [
            listing(
                *(table, f"pipelines/{{id}}/{below}", *job, *more),
                params={"include_retried": "true"},
                name=f"{name}_{table}",
            )
            for table, below, *more in (
                ("jobs", "jobs"),
                ("trigger_jobs", scope.item["triggers"], "downstream_pipeline.id"),
            )
        ]
        version = ("id", "updated_at", "status")
        return walk("pipelines", "pipelines", *version, params=params, children=children, name=name)

    def commits(**params: str) -> rest.Listing:
        """Commits of a branch."""
        return listing(
            *("commits", "repository/commits", "_project_id", "id"),
            params=params,
            since=lambda since, until: {"since": rest.iso(since)},
            look_back=COMMITS_LOOK_BACK,
            name=":".join(["commits", *params.values()]),
        )

    everybodys = {"scope": "all", "state": "all"}
    branches = dlt.config.get("sources.gitlab.branches", list) or []
    events = ("resource_state_events", "resource_label_events")
    return [
        rest.Listing(
            *("projects", path),
            version=("id", "path_with_namespace", "default_branch", "archived"),
        ),
        walk(
            *("merge_requests", "merge_requests", "id", "updated_at"),
            params=everybodys,
            children=[
                listing("notes", "merge_requests/{iid}/notes", "id", "updated_at"),
                listing(
                    *("merge_request_commits", "merge_requests/{iid}/commits"),
                    *("_project_id", "_parent_iid", "id"),
                    keep=("iid",),
                ),
            ],
        ),
        walk(
            *("issues", "issues", "id", "updated_at"),
            params=everybodys,
            children=[listing(table, f"issues/{{iid}}/{table}", "id") for table in events],
        ),
        pipelines("pipelines"),
        pipelines("child_pipelines", source="parent_pipeline"),
        walk("deployments", "deployments", "id", "updated_at", "status"),
        commits(),
        *(commits(ref_name=str(branch)) for branch in branches),
        listing("tags", "repository/tags", "_project_id", "name", "target", whole=True, key="name"),
        listing(
            *("releases", "releases", "_project_id", "tag_name", "name", "released_at"),
            whole=True,
            key="tag_name",
        ),
    ]
