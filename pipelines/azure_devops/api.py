"""Azure DevOps' REST API 7.1: code, builds, environments and boards from one host, classic releases from another.

Each has its own address (`base_url`, `release_url`), and the token goes to no third one. A project is a scope.
"""

from dataclasses import replace
from datetime import datetime

import dlt
import requests

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

SOURCE = "azure_devops"
CLOUD, RELEASES = "https://dev.azure.com", "https://vsrm.dev.azure.com"
VERSION = {"api-version": "7.1"}
PREVIEW = {"api-version": "7.1-preview.1"}
API = rest.Api(SOURCE, "Azure DevOps", CLOUD, auth=rest.basic(SOURCE, "user", "token"))
# The token of the next page stands in a header.
TOKENS = rest.HeaderCursorPaginator("x-ms-continuationtoken", "continuationToken")
SKIPS = rest.OffsetPaginator(100, offset_param="$skip", limit_param="$top", total_path=None)


class Revisions(rest.JSONResponseCursorPaginator):
    """The batches of revisions: each has a token, and the last one says that it is."""

    def update_state(self, response: requests.Response, data: list[object] | None = None) -> None:
        """Go on unless this was the last batch."""
        super().update_state(response, data)
        if response.json().get("isLastBatch"):
            self._has_next_page = False


def configured() -> bool:
    """True where projects and a token are set; docs/sources/azure_devops.md says how."""
    return bool(projects() and dlt.secrets.get(f"sources.{SOURCE}.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, f"{projects()[0]}/_apis/git/repositories", VERSION)


def projects() -> list[str]:
    """The projects to read, `organisation/project`."""
    return [str(name) for name in dlt.config.get(f"sources.{SOURCE}.projects", list) or []]


def release_api() -> rest.Api:
    """Classic releases: in the cloud on a host of their own, on a server on the same one."""
    found = dlt.config.get(f"sources.{SOURCE}.base_url", str)
    address = str(found) if found and str(found).rstrip("/") != CLOUD else RELEASES
    return rest.Api(
        SOURCE, "Azure DevOps (releases)", address, auth=API.auth, address="release_url"
    )


def pull_requests(path: str, status: str, *, closed: bool) -> rest.Listing:
    """Requests in one state: closed ones since the last load, open ones each time, since they change silently."""
    request = "git/repositories/{repository.id}/pullRequests/{pullRequestId}"
    keep = ("pullRequestId", "repository.id")
    children = [
        rest.Listing(
            "threads",
            f"{path}/_apis/{request}/threads",
            "value",
            params=VERSION,
            version=("_parent_repository_id", "_parent_pullRequestId", "id", "lastUpdatedDate"),
            keep=keep,
            each_time=not closed,
            name=f"{status} threads",
        ),
        rest.Listing(
            "pull_request_commits",
            f"{path}/_apis/{request}/commits",
            "value",
            params=VERSION,
            paginator=TOKENS,
            version=("_parent_repository_id", "_parent_pullRequestId", "commitId"),
            keep=keep,
            name=f"{status} commits",
        ),
    ]
    return rest.Listing(
        "pull_requests",
        f"{path}/_apis/git/pullrequests",
        "value",
        params={**VERSION, "searchCriteria.status": status},
        paginator=SKIPS,
        since=since_closed if closed else None,
        children=children,
        name=f"{status} pull requests",
    )


def since_closed(since: datetime, until: datetime) -> dict[str, str]:
    """Requests that were closed in a stretch."""
    return {
        "searchCriteria.queryTimeRangeType": "closed",
        "searchCriteria.minTime": rest.iso(since),
        "searchCriteria.maxTime": rest.iso(until),
    }


def builds(path: str) -> list[rest.Listing]:
    """Runs: those that have not ended each time, the others by when they ended, with the jobs of every attempt."""
    what = ("id", "attempt", "state", "result")
    earlier = rest.Listing(
        "timeline_records",
        f"{path}/_apis/build/builds/{{_parent_id}}/timeline/{{previousAttempts.timelineId}}",
        "records",
        params=VERSION,
        version=("_parent__parent_id", *what),
        keep=("_parent_id",),
        # what is run again is a stage
        when=lambda record: record.get("type") == "Stage",
        each="previousAttempts",
        optional=True,
        absent=(404,),
        name="earlier timeline_records",
    )
    records = rest.Listing(
        "timeline_records",
        f"{path}/_apis/build/builds/{{id}}/timeline",
        "records",
        params=VERSION,
        version=("_parent_id", *what),
        keep=("id",),
        optional=True,
        children=[earlier],
    )
    every = {**VERSION, "$top": 200, "queryOrder": "finishTimeDescending"}
    current = rest.Listing(
        "builds",
        f"{path}/_apis/build/builds",
        "value",
        params={**every, "statusFilter": "inProgress,notStarted,cancelling,postponed"},
        paginator=TOKENS,
        version=("id", "status", "result", "finishTime"),
        name="current builds",
    )
    ended = replace(
        current,
        params={**every, "statusFilter": "completed"},
        clock="finishTime",
        order="descending",
        children=[records],
        name="ended builds",
    )
    return [current, ended]


def of_project(listing: rest.Listing, project: str) -> rest.Listing:
    """The same with the project's whole name on each item: another one counts from the same numbers."""
    return replace(
        listing,
        extra={"_project": project},
        version=("_project", *listing.version) if listing.version else (),
        children=[of_project(child, project) for child in listing.children],
    )


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """Everything of a project but its classic releases."""
    path = str(scope)
    rollouts = rest.Listing(
        "environment_records",
        f"{path}/_apis/distributedtask/environments/{{id}}/environmentdeploymentrecords",
        "value",
        params=PREVIEW,
        paginator=TOKENS,
        version=("id", "result", "finishTime"),
        keep=("name",),
        each_time=True,
    )
    found = [
        rest.Listing(
            "repositories", f"{path}/_apis/git/repositories", "value", params=VERSION, whole=True
        ),
        pull_requests(path, "active", closed=False),
        pull_requests(path, "completed", closed=True),
        pull_requests(path, "abandoned", closed=True),
        *builds(path),
        rest.Listing(
            "environments",
            f"{path}/_apis/distributedtask/environments",
            "value",
            params=PREVIEW,
            paginator=TOKENS,
            whole=True,
            version=("id", "name"),
            children=[rollouts],
        ),
        rest.Listing(
            "work_item_types",
            f"{path}/_apis/wit/workitemtypes",
            "value",
            params=VERSION,
        ),
        rest.Listing(
            "iterations",
            f"{path}/_apis/work/teamsettings/iterations",
            "value",
            params=VERSION,
            whole=True,
        ),
        rest.Listing(
            "work_items",
            f"{path}/_apis/wit/reporting/workitemrevisions",
            "values",
            params={**VERSION, "includeDeleted": "true", "includeIdentityRef": "true"},
            paginator=Revisions("continuationToken", "continuationToken"),
            version=("id", "rev"),
            since=lambda since, until: {"startDateTime": rest.iso(since)},
        ),
    ]
    return [of_project(listing, path) for listing in found]


def releases(scope: rest.Scope) -> list[rest.Listing]:
    """The deployments of a project's classic releases, by when they last changed: an approval may take weeks."""
    found = rest.Listing(
        "deployments",
        f"{scope}/_apis/release/deployments",
        "value",
        params={**VERSION, "queryOrder": "descending", "$top": 100},
        paginator=TOKENS,
        version=("id", "deploymentStatus", "operationStatus", "lastModifiedOn"),
        since=lambda since, _: {"minModifiedTime": rest.iso(since)},
    )
    return [of_project(found, str(scope))]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every configured project; raises `LoadError` where nothing can be read."""
    scopes = [rest.Scope(f"{SOURCE}:project:{name}", name) for name in projects()]
    rows: dict[str, int] = {}
    notes: list[str] = []
    for api, lists in ((API, listings), (release_api(), releases)):
        done = rest.load(
            api, scopes, lists, since=since, full_refresh=full_refresh, progress=progress
        )
        rows |= done.rows
        notes += done.notes
    return LoadSummary(SOURCE, rows, tuple(notes))
