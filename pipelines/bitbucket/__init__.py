"""The bitbucket source: webhooks and the REST API → raw_bitbucket, the same tables for both."""

from datetime import datetime
from pathlib import Path

from pipelines import rest
from pipelines.bitbucket.api import API, configured, listings, reach, scopes
from pipelines.landing import LoadSummary, Progress
from pipelines.webhooks.folder import load_folder

__all__ = ["configured", "load", "reach"]


def load(
    *,
    webhooks: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land recorded webhooks where a path is given, else what is new in the configured repositories' API.

    See `pipelines.rest.load`. Raises `LoadError` where nothing can be read.
    """
    if webhooks is not None:
        return load_folder("bitbucket", webhooks, progress=progress)
    return rest.load(
        API, scopes(), listings, since=since, full_refresh=full_refresh, progress=progress
    )
