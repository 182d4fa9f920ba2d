"""CircleCI's API v2: the pipelines of each project, newest first, their workflows, and the jobs of these.

Webhooks tell of a workflow together with its pipeline, and of a job together with both. What the API lists lands in
that shape too, so that the models read one.
"""

from datetime import datetime, timedelta

import dlt

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

SOURCE = "circleci"
API = rest.Api(
    SOURCE,
    "CircleCI",
    "https://circleci.com/api/v2",
    auth=rest.header(SOURCE, Circle_Token="token"),  # noqa: S106 - the key's name
)
PAGES = rest.JSONResponseCursorPaginator("next_page_token", "page-token")
# A pipeline does not change when its workflows end, are approved or run again.
LOOK_BACK = timedelta(days=3)
OPEN = ("running", "failing", "on_hold")
PIPELINE = ("id", "number", "created_at", "trigger", "trigger_parameters", "vcs")


def configured() -> bool:
    """True where projects and a token are set; docs/sources/circleci.md says how."""
    return bool(projects() and dlt.secrets.get(f"sources.{SOURCE}.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "me")


def projects() -> list[str]:
    """The slugs of the projects to read, `gh/acme/shop`."""
    return [str(slug) for slug in dlt.config.get(f"sources.{SOURCE}.projects", list) or []]


def own(item: rest.Item) -> rest.Item:
    """What an item says itself."""
    return {name: value for name, value in item.items() if not name.startswith("_parent_")}


def parent(item: rest.Item, mark: str, names: tuple[str, ...]) -> rest.Item:
    """What came with it of the object that it was asked of, but for what that lacked."""
    found = {name: item.get(mark + name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def with_pipeline(workflow: rest.Item) -> rest.Item:
    """A workflow with its pipeline in it, as in a webhook."""
    return {**own(workflow), "pipeline": parent(workflow, "_parent_", PIPELINE)}


def with_workflow(job: rest.Item) -> rest.Item:
    """A job with its workflow and pipeline in it, as in a webhook."""
    workflow = parent(job, "_parent_", ("id", "name", "created_at"))
    return {**own(job), "workflow": workflow, "pipeline": parent(job, "_parent__parent_", PIPELINE)}


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """The pipelines of a project, and below them workflows and jobs."""
    jobs = rest.Listing(
        "jobs",
        "workflow/{id}/job",
        "items",
        paginator=PAGES,
        version=("id", "_parent_id", "status", "stopped_at"),
        keep=("id", "name", "created_at", *(f"_parent_{name}" for name in PIPELINE)),
        shape=with_workflow,
    )
    workflows = rest.Listing(
        "workflows",
        "pipeline/{id}/workflow",
        "items",
        paginator=PAGES,
        version=("id", "status", "stopped_at"),
        keep=PIPELINE,
        shape=with_pipeline,
        each_time=True,
        is_open=lambda workflow: workflow.get("status") in OPEN,
        children=[jobs],
    )
    return [
        rest.Listing(
            "pipelines",
            f"project/{scope}/pipeline",
            "items",
            paginator=PAGES,
            version=("id", "updated_at", "state"),
            clock="created_at",
            order="descending",
            look_back=LOOK_BACK,
            children=[workflows],
        )
    ]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every configured project; raises `LoadError` where nothing can be read."""
    return rest.load(
        API,
        [rest.Scope(f"{SOURCE}:project:{slug}", slug) for slug in projects()],
        listings,
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )
