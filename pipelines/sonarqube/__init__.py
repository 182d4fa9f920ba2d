"""The SonarQube source: its Web API and recorded webhooks → raw_sonarqube."""

from datetime import datetime
from pathlib import Path

from pipelines.landing import LoadSummary, Progress
from pipelines.sonarqube.api import configured, load_api, reach
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
        return load_folder("sonarqube", webhooks, progress=progress)
    return load_api(since=since, full_refresh=full_refresh, progress=progress)
