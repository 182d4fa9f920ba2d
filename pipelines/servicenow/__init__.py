"""The ServiceNow source: its business rule's webhooks and its Table API → raw_servicenow."""

from datetime import datetime

from pipelines.landing import LoadSummary, Progress
from pipelines.servicenow.api import configured, load_api, reach

__all__ = ["configured", "load", "reach"]


def load(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the instance's incidents, change requests and approvals; see `load_api`."""
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
