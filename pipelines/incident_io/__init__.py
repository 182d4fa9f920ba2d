"""The incident.io source: its webhooks and its API → raw_incident_io."""

from datetime import datetime

from pipelines.incident_io.api import configured, load_api, reach
from pipelines.landing import LoadSummary, Progress

__all__ = ["configured", "load", "reach"]


def load(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the organisation's incidents, follow-ups and postmortems; see `load_api`."""
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
