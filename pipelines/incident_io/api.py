"""incident.io's API → raw_incident_io.

    incidents that changed ──▶ their updates
    follow-ups, postmortem documents, whole each time

Tests and tutorials are not asked for: the API leaves them out unless it is told otherwise.
"""

from datetime import datetime

import dlt

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

API = rest.Api(
    source="incident_io",
    title="incident.io",
    base_url="https://api.incident.io",
    auth=rest.bearer("incident_io"),
)
PAGES = rest.JSONResponseCursorPaginator("pagination_meta.after", "after")


def configured() -> bool:
    """True where `[sources.incident_io]` has a token."""
    return bool(dlt.secrets.get("sources.incident_io.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "v1/identity")


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the whole organisation; see `pipelines.rest.load`."""
    return rest.load(
        API,
        [rest.Scope("incident_io")],
        lambda scope: listings(),
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def listings() -> list[rest.Listing]:
    """The lists of an organisation."""
    updates = rest.Listing(
        table="incident_updates",
        path="v2/incident_updates",
        selector="incident_updates",
        params={"page_size": 250},
        paginator=PAGES,
        version=("id",),
        of=lambda incident: {"incident_id": incident["id"]},
    )
    return [
        rest.Listing(
            table="incidents",
            path="v2/incidents",
            selector="incidents",
            params={"page_size": 250, "sort_by": "created_at_oldest_first"},
            paginator=PAGES,
            version=("id", "updated_at"),
            # the filter knows days, not times
            since=lambda since, until: {"updated_at[gte]": since.date().isoformat()},
            children=[updates],
        ),
        rest.Listing(
            table="follow_ups",
            path="v2/follow_ups",
            selector="follow_ups",
            version=("id", "updated_at"),
            whole=True,
        ),
        rest.Listing(
            table="postmortems",
            path="v1/postmortem_documents",
            selector="postmortem_documents",
            params={"page_size": 250},
            paginator=PAGES,
            version=("id", "status", "updated_at"),
            whole=True,
        ),
    ]
