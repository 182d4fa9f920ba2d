"""Linear's GraphQL API: issues with their history, cycles, projects and the states of workflows, team by team.

A question is priced by what it may answer: a tenth of a point a field, a point an object, as often as `first` says;
more than 10,000 points are refused. An issue comes with its newest history: all is asked for where there is more.
"""

from datetime import datetime
from typing import Any

import dlt
import requests
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from pipelines import rest
from pipelines.landing import LoadError, LoadSummary, Progress
from pipelines.rest.client import seconds_until

SOURCE = "linear"
# Milliseconds since 1970; requests and points have a quota each.
RESETS = (
    *("X-RateLimit-Requests-Reset", "X-RateLimit-Complexity-Reset"),
    "X-RateLimit-Endpoint-Requests-Reset",
)
HISTORY = """id createdAt actor { id email } fromStateId toStateId fromCycleId toCycleId fromTeamId toTeamId
    fromEstimate toEstimate addedLabels { id name } removedLabels { id name }"""
PAGE = "pageInfo { hasNextPage endCursor }"
ISSUE = f"""id identifier number title description createdAt updatedAt archivedAt completedAt canceledAt trashed
    estimate priorityLabel url state {{ id name type }} team {{ id key }} parent {{ id }} project {{ id }}
    cycle {{ id }} creator {{ id email }} labels(first: 20) {{ nodes {{ id name }} }}
    history(first: 20) {{ nodes {{ {HISTORY} }} {PAGE} }}"""
CYCLE = "id number name createdAt updatedAt startsAt endsAt completedAt team { id }"
PROJECT = """id name url createdAt updatedAt completedAt canceledAt trashed status { id name type } creator { id email }
    teams(first: 20) { nodes { id } }"""
STATE = "id name type updatedAt"


def pause(response: requests.Response) -> float | None:
    """Seconds to wait: a used-up quota is an answer of status 400 with the code `RATELIMITED`."""
    seconds = rest.pause_of(response)
    if seconds is None:
        return None
    spent = [
        name for name in RESETS if response.headers.get(name.replace("Reset", "Remaining")) == "0"
    ]
    waits = [seconds_until(response.headers.get(name)) for name in spent or RESETS]
    return max((wait + 1 for wait in waits if wait is not None), default=seconds)


API = rest.Api(
    SOURCE,
    "Linear",
    "https://api.linear.app",
    # a personal key stands alone, a token of an app behind `Bearer `, as its user writes it
    auth=rest.header(SOURCE, Authorization="token"),
    pause=pause,
)


def configured() -> bool:
    """True where a key is set; docs/sources/linear.md says how."""
    return bool(dlt.secrets.get(f"sources.{SOURCE}.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "graphql", body={"query": "{ viewer { id } }"})


def scopes() -> list[rest.Scope]:
    """Each team that the key sees, or those that the configuration names by key."""
    wanted = dlt.config.get(f"sources.{SOURCE}.teams", list)
    teams = rest.ask(API, connection("teams", "TeamFilter", "id key name", 100))
    found = {team["key"]: team for team in teams}
    if unknown := sorted(set(wanted or ()) - set(found)):
        raise LoadError(
            f"Linear shows no team {', '.join(unknown)}: check teams in [sources.{SOURCE}] of"
            " .dlt/config.toml, and what the key's user may see"
        )
    return [
        rest.Scope(f"{SOURCE}:project:{key.lower()}", key, team)
        for key, team in found.items()
        if not wanted or key in wanted
    ]


def connection(
    field: str, kind: str, fields: str, first: int, of_team: rest.Item | None = None, **more: Any
) -> rest.Listing:
    """A connection of the query, newest change first; what is archived or in the bin is part of it."""
    query = f"""query ($first: Int!, $after: String, $filter: {kind}) {{
        {field}(first: $first, after: $after, filter: $filter, orderBy: updatedAt, includeArchived: true) {{
            nodes {{ {fields} }} {PAGE} }} }}"""
    variables: rest.Item = {"first": first, "filter": of_team or {}}
    table = {"workflowStates": "workflow_states"}.get(field, field)
    return rest.Listing(
        table,
        "graphql",
        f"data.{field}.nodes",
        body={"query": query, "variables": variables},
        paginator=pages(f"data.{field}"),
        **more,
    )


def pages(path: str) -> JSONResponseCursorPaginator:
    """Pages by a cursor, which goes into the variables."""
    return JSONResponseCursorPaginator(
        f"{path}.pageInfo.endCursor",
        cursor_body_path="variables.after",
        has_more_path=f"{path}.pageInfo.hasNextPage",
    )


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """Issues, cycles, projects and states of a team."""
    is_team = {"id": {"eq": scope.item["id"]}}
    of_team = {"team": is_team}
    changed: dict[str, Any] = {
        "version": ("id", "updatedAt"),
        "clock": "updatedAt",
        "order": "descending",
        "since": lambda since, _: {
            "variables": {"filter": {"updatedAt": {"gte": since.isoformat()}}}
        },
    }
    histories = rest.Listing(
        "issue_histories",
        "graphql",
        "data.issue.history.nodes",
        body={
            "query": f"""query ($id: String!, $first: Int!, $after: String) {{
                issue(id: $id) {{ history(first: $first, after: $after) {{ nodes {{ {HISTORY} }} {PAGE} }} }} }}""",
            "variables": {"first": 100},
        },
        of=lambda issue: {"variables": {"id": issue["id"]}},
        paginator=pages("data.issue.history"),
        keep=("id",),
        when=lambda issue: bool(issue["history"]["pageInfo"]["hasNextPage"]),
    )
    return [
        connection("issues", "IssueFilter", ISSUE, 40, of_team, children=[histories], **changed),
        connection("cycles", "CycleFilter", CYCLE, 100, of_team, **changed),
        # a project may be of several teams: it lands once
        connection(
            *("projects", "ProjectFilter", PROJECT, 100, {"accessibleTeams": {"some": is_team}}),
            **changed,
        ),
        connection("workflowStates", "WorkflowStateFilter", STATE, 100, of_team, whole=True),
    ]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every team; raises `LoadError` where nothing can be read."""
    return rest.load(
        API, scopes(), listings, since=since, full_refresh=full_refresh, progress=progress
    )
