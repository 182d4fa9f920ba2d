"""PagerDuty's REST API v2 → raw_pagerduty.

    incidents, by when they were opened
    log entries, by when they happened: each with its incident as it is now, so that what happens to an old one shows
    services, whole each time

Both are asked for a month at a time; no list gives more than 10,000 items, and a stretch that holds more is halved.
"""

from datetime import datetime, timedelta
from typing import Any

import dlt

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

API = rest.Api(
    source="pagerduty",
    title="PagerDuty",
    base_url="https://api.pagerduty.com",
    headers={"Accept": "application/vnd.pagerduty+json;version=2"},
    auth=rest.bearer("pagerduty", scheme="Token token="),
)
MOST = 10_000
MONTH = timedelta(days=30)
PAGES = rest.OffsetPaginator(limit=100, total_path=None, has_more_path="more")


def configured() -> bool:
    """True where `[sources.pagerduty]` has a token."""
    return bool(dlt.secrets.get("sources.pagerduty.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "abilities")


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the whole account; see `pipelines.rest.load`."""
    return rest.load(
        API,
        [rest.Scope("pagerduty")],
        lambda scope: listings(),
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def listings() -> list[rest.Listing]:
    """The lists of an account."""
    return [
        rest.Listing(
            table="incidents",
            path="incidents",
            selector="incidents",
            params={
                "time_zone": "UTC",
                "include[]": ["external_references", "conference_bridge"],
            },
            paginator=PAGES,
            version=("id", "updated_at"),
            since=stretch,
            window=MONTH,
            most=MOST,
            # tickets of other tools are tied to an incident without a log entry
            look_back=timedelta(days=7),
        ),
        rest.Listing(
            table="log_entries",
            path="log_entries",
            selector="log_entries",
            params={"time_zone": "UTC", "include[]": ["incidents", "channels"]},
            paginator=PAGES,
            version=("id",),
            since=stretch,
            window=MONTH,
            most=MOST,
        ),
        rest.Listing(
            table="services",
            path="services",
            selector="services",
            paginator=PAGES,
            # its status changes with every incident and makes no version
            version=("id", "name", "html_url", "teams"),
            whole=True,
        ),
    ]


def stretch(since: datetime, until: datetime) -> dict[str, Any]:
    """How PagerDuty is asked for a stretch of time."""
    return {"since": rest.iso(since), "until": rest.iso(until)}
