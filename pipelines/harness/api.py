"""Harness' API: the executions of each project's pipelines, newest first, with their stages."""

from datetime import datetime, timedelta

import dlt

from pipelines import rest
from pipelines.landing import LoadError, LoadSummary, Progress

SOURCE = "harness"
API = rest.Api(
    SOURCE, "Harness", "https://app.harness.io", auth=rest.header(SOURCE, x_api_key="token")
)
EXECUTIONS = "pipeline/api/pipelines/execution/summary"
FILTER = {"filterType": "PipelineExecution"}
# An execution is listed when it starts.
LOOK_BACK = timedelta(days=3)


def configured() -> bool:
    """True where an account, projects and a token are set; docs/sources/harness.md says how."""
    return bool(account() and projects() and dlt.secrets.get(f"sources.{SOURCE}.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, EXECUTIONS, {**of(projects()[0]), "size": 1}, FILTER)


def account() -> str:
    """The account's id."""
    return str(dlt.config.get(f"sources.{SOURCE}.account", str) or "")


def projects() -> list[str]:
    """The projects to read, `organisation/project`."""
    return [str(name) for name in dlt.config.get(f"sources.{SOURCE}.projects", list) or []]


def with_stages(execution: rest.Item) -> rest.Item:
    """An execution with its stages as a list: Harness keeps them under ids that mean nothing."""
    nodes = execution.get("layoutNodeMap")
    rest_of_it = {name: value for name, value in execution.items() if name != "layoutNodeMap"}
    return {**rest_of_it, "stages": list(nodes.values()) if isinstance(nodes, dict) else []}


def of(name: str) -> dict[str, str]:
    """The parameters that name a project."""
    organisation, _, project = name.partition("/")
    return {
        "accountIdentifier": account(),
        "orgIdentifier": organisation,
        "projectIdentifier": project,
    }


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """The executions of a project."""
    return [
        rest.Listing(
            "pipeline_executions",
            EXECUTIONS,
            "data.content",
            params={**of(str(scope)), "size": 50, "sort": "startTs,DESC"},
            body=FILTER,
            paginator=rest.PageNumberPaginator(
                base_page=0, page_param="page", total_path="data.totalPages"
            ),
            version=("planExecutionId", "status", "endTs"),
            clock="startTs",
            order="descending",
            look_back=LOOK_BACK,
            is_open=lambda execution: not execution.get("endTs"),
            shape=with_stages,
        )
    ]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every configured project; raises `LoadError` where nothing can be read."""
    if not account():
        raise LoadError("account is missing: write it into [sources.harness] of .dlt/config.toml")
    return rest.load(
        API,
        [rest.Scope(f"{SOURCE}:project:{name}", name) for name in projects()],
        listings,
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )
