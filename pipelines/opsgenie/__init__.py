"""The Opsgenie source: its webhooks and its API → raw_opsgenie."""

from datetime import datetime

from pipelines.landing import LoadSummary, Progress
from pipelines.opsgenie.api import configured, load_api, reach

__all__ = ["configured", "load", "reach"]


def load(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the account's alerts, incidents and services; see `load_api`."""
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
