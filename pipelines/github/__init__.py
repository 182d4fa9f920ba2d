"""The github source: recorded webhooks and the REST API → raw_github, the same tables for both."""

from datetime import datetime
from pathlib import Path

from pipelines.github.api import configured, load_api, reach
from pipelines.github.webhooks import load_webhooks
from pipelines.landing import LoadSummary, Progress

__all__ = ["configured", "load", "load_api", "load_webhooks", "reach"]


def load(
    *,
    webhooks: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land recorded webhooks where a path is given, else what is new in the configured repositories' API.

    See `load_webhooks` and `load_api`. Raises `LoadError` where nothing can be read.
    """
    if webhooks is not None:
        return load_webhooks(webhooks, progress=progress)
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
