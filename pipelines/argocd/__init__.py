"""The Argo CD source: its notifications, as they come or recorded → raw_argocd. There is no API to read."""

from datetime import datetime
from pathlib import Path

from pipelines.landing import LoadError, LoadSummary, Progress
from pipelines.webhooks.folder import load_folder

__all__ = ["configured", "load"]


def configured() -> bool:
    """False: there is nothing to ask for; the receiver takes what Argo CD sends."""
    return False


def load(
    *,
    webhooks: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land recorded notifications of a path; raises `LoadError` where there is none, or nothing can be read."""
    if webhooks is None:
        raise LoadError(
            "Argo CD is not asked, it tells: point its notifications at `engops serve` (docs/sources/argocd.md),"
            " or load recorded ones by --webhooks"
        )
    return load_folder("argocd", webhooks, progress=progress)
