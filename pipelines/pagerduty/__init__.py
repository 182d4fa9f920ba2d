"""The PagerDuty source: its webhooks and its REST API → raw_pagerduty."""

from datetime import datetime

from pipelines.landing import LoadSummary, Progress
from pipelines.pagerduty.api import configured, load_api, reach

__all__ = ["configured", "load", "reach"]


def load(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the account's incidents, log entries and services; see `load_api`."""
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
