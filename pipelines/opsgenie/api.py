"""Opsgenie's API → raw_opsgenie.

alerts, by `updatedAt`: asked anew from the last one on, since no list goes beyond 20,000
incidents, whole each time ──▶ the timeline of each that changed
services, whole each time
"""

from datetime import datetime

import dlt

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

API = rest.Api(
    source="opsgenie",
    title="Opsgenie",
    base_url="https://api.opsgenie.com",
    auth=rest.bearer("opsgenie", scheme="GenieKey "),
)
PAGES = rest.JSONLinkPaginator("paging.next")
PAGE = {"limit": 100, "order": "asc"}


def configured() -> bool:
    """True where `[sources.opsgenie]` has a token."""
    return bool(dlt.secrets.get("sources.opsgenie.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "v2/alerts", {"limit": 1})


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the whole account; see `pipelines.rest.load`."""
    return rest.load(
        API,
        [rest.Scope("opsgenie")],
        lambda scope: listings(),
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def listings() -> list[rest.Listing]:
    """The lists of an account."""
    timelines = rest.Listing(
        table="incident_timelines",
        path="v2/incident-timelines/{id}/entries",
        selector="data.entries",
        # how it ended matters more than how it began, which the incident says itself
        params={"limit": 100, "order": "desc"},
        version=("id",),
        keep=("id",),
    )
    return [
        rest.Listing(
            table="alerts",
            path="v2/alerts",
            selector="data",
            params={**PAGE, "sort": "updatedAt"},
            paginator=PAGES,
            version=("id", "updatedAt"),
            clock="updatedAt",
            since=changed,
        ),
        rest.Listing(
            table="incidents",
            path="v1/incidents",
            selector="data",
            params={**PAGE, "sort": "createdAt"},
            paginator=PAGES,
            version=("id", "updatedAt"),
            whole=True,
            children=[timelines],
        ),
        rest.Listing(
            table="services",
            path="v1/services",
            selector="data",
            params=PAGE,
            paginator=PAGES,
            version=("id", "name"),
            whole=True,
        ),
    ]


def changed(since: datetime, until: datetime) -> dict[str, str]:
    """How Opsgenie is asked for the alerts that changed: milliseconds since 1970."""
    return {"query": f"updatedAt >= {int(since.timestamp() * 1000)}"}
