"""Jira's REST API v3 and its Agile API: issues with their changes, the sprints of every board, versions.

Each project is a scope of its own; what names fields and statuses belongs to the whole site. A search gives an issue
with its newest changes, some forty of them: all are asked for where there are more.
"""

from datetime import datetime
from typing import Any

import dlt
import requests
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator, OffsetPaginator

from pipelines import rest
from pipelines.landing import LoadError, LoadSummary, Progress

SOURCE = "jira"
API = rest.Api(SOURCE, "Jira", auth=rest.basic(SOURCE, "user", "token"))
# Comments, files and logged hours are nobody's metric.
FIELDS = ["*all", "-comment", "-attachment", "-worklog"]
SITE = rest.Scope(SOURCE, "the site")


class StartAt(OffsetPaginator):
    """Pages by `startAt`: as long as an answer is, whatever was asked for; the last one says so."""

    def __init__(self, limit: int = 50) -> None:
        """`limit` is what is asked for."""
        super().__init__(limit, 0, "startAt", "maxResults", total_path=None)

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Go on behind the last item."""
        self.value_step = len(data or ())
        super().update_state(response, data)
        if response.json().get("isLast"):
            self._has_next_page = False


def configured() -> bool:
    """True where an address and a token are set; docs/sources/jira.md says how."""
    return bool(
        dlt.config.get(f"sources.{SOURCE}.base_url", str)
        and dlt.secrets.get(f"sources.{SOURCE}.token", str)
    )


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "rest/api/3/myself")


def scopes() -> list[rest.Scope]:
    """The site, and each project that the token sees, or those that the configuration names by key."""
    wanted = dlt.config.get(f"sources.{SOURCE}.projects", list)
    projects = rest.ask(API, listing("projects", "api/3/project/search"))
    found = {project["key"]: project for project in projects}
    if unknown := sorted(set(wanted or ()) - set(found)):
        raise LoadError(
            f"Jira shows no project {', '.join(unknown)}: check projects in [sources.{SOURCE}] of"
            " .dlt/config.toml, and what the token's user may browse"
        )
    return [SITE] + [
        rest.Scope(f"{SOURCE}:project:{key.lower()}", key, project)
        for key, project in found.items()
        if not wanted or key in wanted
    ]


def listing(table: str, path: str, **more: Any) -> rest.Listing:
    """A list in pages by `startAt`."""
    return rest.Listing(table, f"rest/{path}", "values", paginator=StartAt(), **more)


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """What names things, of the site; issues, sprints and versions, of a project."""
    if scope is SITE:
        return [
            rest.Listing("fields", "rest/api/3/field", whole=True),
            rest.Listing("statuses", "rest/api/3/status", whole=True),
            listing("projects", "api/3/project/search", whole=True),
        ]
    project = scope.item["id"]
    changes = listing(
        *("changelogs", "api/3/issue/{id}/changelog"), version=("id",), keep=("id",), when=has_more
    )
    issues = rest.Listing(
        "issues",
        "rest/api/3/search/jql",
        "issues",
        body={
            "jql": f"project = {project} ORDER BY updated ASC",
            "fields": FIELDS,
            "expand": "changelog",
            "maxResults": 100,
        },
        paginator=JSONResponseCursorPaginator("nextPageToken", cursor_body_path="nextPageToken"),
        version=("id", "fields.updated"),
        clock="fields.updated",
        since=lambda since, _: {
            # milliseconds: a written time would be one of the user's own zone, to the minute
            "jql": f"project = {project} AND updated >= {int(since.timestamp() * 1000)} ORDER BY updated ASC"
        },
        children=[changes],
    )
    # a board of a team that plans without sprints says 400
    sprints = listing(
        *("sprints", "agile/1.0/board/{id}/sprint"), keep=("id",), each_time=True, absent=(400,)
    )
    boards = listing(
        *("boards", "agile/1.0/board"),
        params={"projectKeyOrId": project, "type": "scrum,simple"},
        whole=True,
        children=[sprints],
    )
    versions = listing("versions", f"api/3/project/{project}/version", whole=True)
    return [issues, boards, versions]


def has_more(issue: rest.Item) -> bool:
    """True where a search gave but the newest changes of an issue."""
    changelog = issue.get("changelog") or {}
    return bool(changelog.get("total", 0) > len(changelog.get("histories", ())))


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every project; raises `LoadError` where nothing can be read."""
    return rest.load(
        API, scopes(), listings, since=since, full_refresh=full_refresh, progress=progress
    )
