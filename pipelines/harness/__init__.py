"""The Harness source: its API and recorded notifications → raw_harness, the same tables for both."""

from datetime import datetime
from pathlib import Path

from pipelines.harness.api import configured, load_api, reach
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
    """Land recorded webhooks where a path is given, else what is new in the API.

    Raises `LoadError` where nothing can be read.
    """
    if webhooks is not None:
        return load_folder("harness", webhooks, progress=progress)
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
