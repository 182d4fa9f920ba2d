"""Linear's GraphQL on loopback: teams, issues, their history, cycles, projects and states, told apart by the query."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.linear_story import (
    CANCELED,
    CYCLES,
    DEVS,
    DOING,
    DONE,
    ENG,
    LIVES,
    OPS,
    PROJECT,
    TODO,
    TRIAGE,
    Item,
    entry,
    key,
    node,
)
from tests.vendor_server import Request, Route, Vendor, cursor


def asks(field: str) -> Callable[[Request], bool]:
    """Whether a query is for a field."""
    return lambda request: re.findall(r"\{\s*(\w+)\(", request.get("query"))[0] == field


def of_team(request: Request, found: Mapping[str, Any]) -> bool:
    """Whether something is of the team, and changed in the stretch, that the filter names."""
    team = request.get("variables.filter.team.id.eq")
    since = request.get("variables.filter.updatedAt.gte") or ""
    return found.get("team", {}).get("id") in (team, None) and found["updatedAt"] >= since[:23]


def of_project(request: Request, found: Mapping[str, Any]) -> bool:
    """The same of a project, which has several teams."""
    team = request.get("variables.filter.accessibleTeams.some.id.eq")
    since = request.get("variables.filter.updatedAt.gte") or ""
    return {"id": team} in found["teams"]["nodes"] and found["updatedAt"] >= since[:23]


def connection(field: str, items: Any, path: str = "", **more: Any) -> Route:
    """A connection, two nodes a page."""
    place = path or f"data.{field}"
    style = cursor(
        "variables.after", at=f"{place}.pageInfo.endCursor", more=f"{place}.pageInfo.hasNextPage"
    )
    return Route(items, f"{place}.nodes", style, asked=asks(field), **more)


def entries(request: Request) -> list[Item]:
    """The history of the issue that is asked for."""
    life = next(life for life in LIVES if key(100 + life.number) == request.get("variables.id"))
    return [entry(life, number) for number in range(len(life.steps))]


def routes() -> dict[str, Route | list[Route]]:
    """One path; the newest change first."""
    states = [TRIAGE, TODO, DOING, DONE, CANCELED]
    listed = [
        {**held, "team": {"id": ENG["id"]}, "updatedAt": "2026-01-01T00:00:00.000Z"}
        for held in states
    ]
    both = {"nodes": [{"id": ENG["id"]}, {"id": OPS["id"]}]}
    creator = {name: DEVS[1][name] for name in ("id", "email")}
    projects = [PROJECT | {"teams": both, "creator": creator}]
    newest = {"order": "-updatedAt"}
    issues = [node(life) for life in LIVES if not life.removed]
    cycles = [held | {"team": {"id": ENG["id"]}} for held in CYCLES]
    return {
        "/graphql": [
            connection("teams", [ENG, OPS]),
            connection("issue", entries, "data.issue.history"),
            connection("issues", issues, keep=of_team, **newest),
            connection("cycles", cycles, keep=of_team, **newest),
            connection("projects", projects, keep=of_project, **newest),
            connection("workflowStates", listed, keep=of_team),
        ]
    }


def forbidding(vendor: Vendor) -> None:
    """Let the key see no issues of one team."""
    refusal = {
        "errors": [{"message": "not for you", "extensions": {"code": "FORBIDDEN"}}],
        "data": None,
    }
    of_ops = Route(
        refusal,
        asked=lambda request: (
            asks("issues")(request) and request.get("variables.filter.team.id.eq") == OPS["id"]
        ),
    )
    found = vendor.routes["/graphql"]
    vendor.routes["/graphql"] = [of_ops, *(found if isinstance(found, list) else [found])]
