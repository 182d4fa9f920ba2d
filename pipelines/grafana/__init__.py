"""The Grafana source: what its contact points send, as it comes or recorded → raw_grafana. No API is read."""

from datetime import datetime
from pathlib import Path

from pipelines.landing import LoadError, LoadSummary, Progress
from pipelines.webhooks.folder import load_folder

__all__ = ["configured", "load"]


def configured() -> bool:
    """False: there is nothing to ask for; the receiver takes what Grafana sends."""
    return False


def load(
    *,
    webhooks: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land recorded webhooks of a path; raises `LoadError` where there is none, or nothing can be read."""
    if webhooks is None:
        raise LoadError(
            "Grafana is not asked, it tells: point a contact point at `engops serve` (docs/sources/grafana.md),"
            " or load recorded webhooks by --webhooks"
        )
    return load_folder("grafana", webhooks, progress=progress)
