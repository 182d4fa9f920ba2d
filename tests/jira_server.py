"""Jira's API on loopback: its projects, searches, boards and versions, paged as the vendor pages."""

import re
from collections.abc import Sequence
from typing import Any

from tests.jira_objects import BOARDS, DOING, DONE, FIELDS, OPS, PAY, SHOP, SPRINTS, TODO, Item
from tests.jira_story import LIVES, VERSIONS, history, listed, millis
from tests.vendor_server import Page, Refused, Request, Route, cursor


def start_at(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
    """Pages by `startAt`."""
    start = int(request.get("startAt", 0))
    end = start + size
    return (
        items[start:end],
        {"startAt": start, "total": len(items), "isLast": end >= len(items)},
        {},
    )


def no_sprints(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
    """The answer of a board that plans without sprints."""
    raise Refused(400, "The board does not support sprints")


def in_jql(request: Request, found: Item) -> bool:
    """Whether an issue is what a search asks for: `project = 10001 AND updated >= 1772442000000`."""
    project, since = re.findall(
        r"^project = (\d+)(?: AND updated >= (\d+))? ORDER BY updated ASC$", request.get("jql")
    )[0]
    fields = found["fields"]
    return bool(
        fields["project"]["id"] == project
        and (not since or millis(fields["updated"]) >= int(since))
    )


def routes(*recorded: Item) -> dict[str, Route | list[Route]]:
    """The site, and what somebody recorded of another one."""
    projects = {
        found["key"]: found
        for found in (SHOP, PAY, OPS, *(issue["fields"]["project"] for issue in recorded))
    }
    lives = [life for life in LIVES if not life.deleted]
    found: dict[str, Route | list[Route]] = {
        "/rest/api/3/project/search": Route(list(projects.values()), "values", start_at),
        "/rest/api/3/field": Route(FIELDS),
        "/rest/api/3/status": Route([TODO, DOING, DONE]),
        "/rest/api/3/search/jql": Route(
            [*map(listed, lives), *recorded],
            "issues",
            cursor("nextPageToken", at="nextPageToken"),
            keep=in_jql,
            order="fields.updated",
        ),
        "/rest/agile/1.0/board": Route(
            BOARDS,
            "values",
            start_at,
            keep=lambda request, board: (
                str(board["location"]["projectId"]) == request.get("projectKeyOrId")
            ),
        ),
        "/rest/agile/1.0/board/3/sprint": Route(SPRINTS, "values", start_at, size=1),
        "/rest/agile/1.0/board/4/sprint": Route([], "values", no_sprints),
    }
    for project in projects.values():
        versions = [version for version in VERSIONS if str(version["projectId"]) == project["id"]]
        found[f"/rest/api/3/project/{project['id']}/version"] = Route(
            versions, "values", start_at, size=1
        )
    for life in lives:
        changes = [history(step) for step in life.steps]
        found[f"/rest/api/3/issue/{life.key}/changelog"] = Route(
            changes, "values", start_at, size=3
        )
    return found
