"""The github source: recorded webhooks and the REST API → raw_github."""

from datetime import datetime
from pathlib import Path

from pipelines.github.webhooks import Progress, load_webhooks
from pipelines.landing import LoadError, LoadSummary

__all__ = ["configured", "load", "load_webhooks"]


def configured() -> bool:
    """True where `[sources.github]` names what to load from the API."""
    return False


def load(
    *,
    webhooks: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land recorded webhooks where a path is given, else what the API has that is new."""
    if webhooks is not None:
        return load_webhooks(webhooks, progress=progress)
    raise LoadError("the API backfill is not here yet; --webhooks PATH lands recorded deliveries")
