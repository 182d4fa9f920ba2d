"""Bitbucket Cloud's REST API 2.0: what is read of each repository.

the repository itself
pull_requests, by `updated_on` ──┬─▶ activities (approvals, requests for changes, comments, changes of state)
                                 └─▶ pull_request_commits
commits of the default branch, newest first
pipelines, newest first ──▶ steps
deployments; tags: read whole
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import dlt
from requests.auth import AuthBase

from pipelines import rest
from pipelines.landing import LoadError

WHERE = "[sources.bitbucket] of .dlt/config.toml"
NEXT = rest.JSONLinkPaginator("next")
STATES = ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"]
# A commit is dated when it was made, and may reach the branch long after; a pipeline may wait for somebody.
LOOK_BACK = {"commits": timedelta(days=30), "pipelines": timedelta(days=7)}
# The list leaves the environment's name out, unless it is asked for.
DEPLOYMENT = """
    uuid environment.uuid environment.name environment.environment_type.name step.uuid release.name release.url
    release.created_on release.commit.hash release.pipeline.uuid state last_update_time
"""


def auth() -> AuthBase:
    """An access token, or an API token with its account's address."""
    if dlt.secrets.get("sources.bitbucket.user", str):
        return rest.basic("bitbucket")()
    return rest.bearer("bitbucket")()


API = rest.Api("bitbucket", "Bitbucket", "https://api.bitbucket.org/2.0", auth=auth)


def configured() -> bool:
    """True where `[sources.bitbucket]` names repositories or workspaces."""
    return bool(named("repositories") or named("workspaces"))


def named(key: str) -> list[str]:
    """The repositories or workspaces that are named."""
    return [str(name) for name in dlt.config.get(f"sources.bitbucket.{key}", list) or []]


def reach() -> None:
    """Ask for what is named first, since no list has all; raises `LoadError` where the API or the token does not do."""
    first, *_ = named("repositories") + named("workspaces")
    rest.reach(API, f"repositories/{first}", {"pagelen": 1})


def scopes() -> list[rest.Scope]:
    """The repositories that are named, and those of the workspaces."""
    names, workspaces = named("repositories"), named("workspaces")
    if not names and not workspaces:
        raise LoadError(
            "nothing to load: write repositories = ['workspace/repository'] or workspaces = ['workspace'] into"
            f" {WHERE}"
        )
    found = [scope(repository(name)) for name in names]
    for workspace in workspaces:
        paging = {"params": {"pagelen": 100}, "paginator": NEXT}
        every = rest.Listing("repositories", f"repositories/{workspace}", "values", **paging)  # type: ignore[arg-type]
        found += [scope(item) for item in rest.ask(API, every)]
    return list({one.key: one for one in found}.values())


def repository(name: str) -> rest.Item:
    """One repository; where it is refused only its name is known, and what is asked of it will say why."""
    try:
        (item,) = rest.ask(API, rest.Listing("repositories", f"repositories/{name}"))
    except LoadError:
        return {"full_name": name, "links": {"html": {"href": f"https://bitbucket.org/{name}"}}}
    return item


def scope(item: rest.Item) -> rest.Scope:
    """A repository as a scope, as staging names it."""
    address = urlsplit(str(item["links"]["html"]["href"]))
    return rest.Scope(f"{address.hostname}{address.path}".lower().rstrip("/"), item=item)


def updated(since: datetime, until: datetime) -> dict[str, str]:
    """What asks for all that has changed since."""
    return {"q": f"updated_on>={rest.iso(since)}"}


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """What is read of a repository."""
    path = f"repositories/{scope.item['full_name']}"
    extra = {"_repository_uuid": scope.item.get("uuid")}

    def listing(table: str, below: str, *version: str, **options: Any) -> rest.Listing:
        """One list of the repository."""
        options["params"] = {"pagelen": 50, **options.get("params", {})}
        options = {"extra": extra, "paginator": NEXT, **options}
        return rest.Listing(table, f"{path}/{below}", "values", version=version, **options)

    def newest(table: str, below: str, clock: str, *version: str, **options: Any) -> rest.Listing:
        """One that is ordered by its clock, the newest first."""
        back = LOOK_BACK[table]
        return listing(
            table, below, *version, clock=clock, order="descending", look_back=back, **options
        )

    branch = (scope.item.get("mainbranch") or {}).get("name") or ""
    fields = ",".join(["next", "page", "size", *(f"values.{one}" for one in DEPLOYMENT.split())])
    return [
        rest.Listing("repositories", path, version=("uuid", "full_name", "mainbranch.name")),
        listing(
            *("pull_requests", "pullrequests", "_repository_uuid", "id", "updated_on"),
            params={"state": STATES, "sort": "updated_on"},
            clock="updated_on",
            since=updated,
            children=[
                listing("activities", "pullrequests/{id}/activity", keep=("id",)),
                listing(
                    *("pull_request_commits", "pullrequests/{id}/commits"),
                    *("_repository_uuid", "_parent_id", "hash"),
                    keep=("id",),
                ),
            ],
        ),
        newest("commits", f"commits/{branch}".rstrip("/"), "date", "_repository_uuid", "hash"),
        newest(
            *("pipelines", "pipelines/", "created_on"),
            *("uuid", "run_number", "state.name", "state.result.name", "completed_on"),
            params={"sort": "-created_on"},
            is_open=lambda pipeline: not pipeline.get("completed_on"),
            children=[
                listing(
                    *("steps", "pipelines/{uuid}/steps/"),
                    *("uuid", "run_number", "state.name", "state.result.name", "completed_on"),
                    keep=("uuid",),
                )
            ],
        ),
        listing(
            *("deployments", "deployments/", "uuid", "state.name", "state.status.name"),
            "last_update_time",
            params={"fields": fields},
        ),
        listing(
            *("tags", "refs/tags", "_repository_uuid", "name", "target.hash"),
            whole=True,
            key="name",
        ),
    ]
