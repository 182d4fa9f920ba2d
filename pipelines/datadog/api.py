"""Datadog's API → raw_datadog.

SLOs and incidents, whole each time
the history of each SLO, a whole UTC day at a time, so that no two answers overlap
DORA deployments, by when they were made, a week at a time
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import requests
from dlt.sources.helpers.rest_client.paginators import SinglePagePaginator

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

SOURCE = "datadog"
DAY = timedelta(days=1)
# So many deployments are given at once, and no page follows.
MOST = 1000
API = rest.Api(
    SOURCE,
    "Datadog",
    "https://api.datadoghq.com",
    auth=rest.header(SOURCE, DD_API_KEY="api_key", DD_APPLICATION_KEY="application_key"),
)
SLOS = rest.Listing(
    "slos",
    "api/v1/slo",
    "data",
    paginator=rest.OffsetPaginator(limit=100, total_path=None),
    version=("id", "modified_at"),
    whole=True,
)
INCIDENTS = rest.Listing(
    "incidents",
    "api/v2/incidents",
    "data",
    paginator=rest.OffsetPaginator(
        limit=100, offset_param="page[offset]", limit_param="page[size]", total_path=None
    ),
    version=("id", "attributes.modified"),
    whole=True,
)


class Uncut(SinglePagePaginator):
    """One answer; where it is full the stretch is halved."""

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Refuse an answer that may have been cut."""
        super().update_state(response, data)
        if data and len(data) >= MOST:
            raise OverflowError


def configured() -> bool:
    """True where `[sources.datadog]` has both keys."""
    return all(
        dlt.secrets.get(f"sources.datadog.{key}", str) for key in ("api_key", "application_key")
    )


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "api/v1/validate")


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the organisation, each SLO's history a scope of its own; see `pipelines.rest.load`."""
    slos = [rest.Scope(f"datadog:slo:{slo['id']}", slo["id"]) for slo in rest.ask(API, SLOS)]
    return rest.load(
        API,
        [rest.Scope(SOURCE), *slos],
        listings,
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """The lists of the organisation, or the history of one SLO."""
    if scope.key == SOURCE:
        return [SLOS, INCIDENTS, deployments()]
    return [
        rest.Listing(
            "slo_history",
            f"api/v1/slo/{scope.title}/history",
            "data",
            version=("slo_id", "from_ts", "to_ts", "series.numerator", "series.denominator", "overall.history"),
            since=whole_day,
            window=DAY,
            history=timedelta(days=30),
            # corrections of the status are entered later
            look_back=2 * DAY,
            extra={"slo_id": scope.title},
        )
    ]  # fmt: skip


def whole_day(since: datetime, until: datetime) -> dict[str, Any]:
    """The last whole day before a time."""
    end = until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"from_ts": int((end - DAY).timestamp()), "to_ts": int(end.timestamp())}


def deployments() -> rest.Listing:
    """Deployments that were told to Datadog, or that it detected."""
    asked: Callable[[datetime, datetime], Mapping[str, Any]] = lambda since, until: {  # noqa: E731
        "data": {"attributes": {"from": rest.iso(since), "to": rest.iso(until)}}
    }
    return rest.Listing(
        "deployments",
        "api/v2/dora/deployments",
        "data",
        body={"data": {"type": "dora_deployments_list_request", "attributes": {"limit": MOST}}},
        paginator=Uncut(),
        since=asked,
        window=7 * DAY,
        history=timedelta(days=180),
        look_back=7 * DAY,
    )
