"""Recorded GitHub webhook deliveries, from a folder of files → raw_github, one table an entity, bodies verbatim.

What files are read, and how, is `pipelines.webhooks.folder`. GitHub's own: the name of a folder or a file may say the
event (`pull_request/opened.payload.json`, `pull_request.opened.json`), and a folder that is known to be complete
vouches for the repositories in it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import landing
from pipelines.github import events
from pipelines.landing import LoadError, LoadSummary, Progress, Record
from pipelines.webhooks.folder import load_folder

ADDRESS = re.compile(r"^https?://([^/]+/[^/]+/[^/?#]+?)(?:\.git)?$")

# What a complete record of deliveries vouches for, by the names that the ledger of an API load uses.
VOUCHED = (*dict.fromkeys(events.TABLES.values()), "commits", "tags")


def load_webhooks(
    path: Path | str,
    *,
    complete_from: datetime | None = None,
    complete_until: datetime | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land every recorded delivery below a folder, or of one file.

    A delivery is known again by its `X-GitHub-Delivery`, else by its content, so that loading a folder twice changes
    nothing downstream. `complete_from` and `complete_until` (UTC) say that the folder holds all deliveries of the
    repositories in it between the two: only then does a week without any count as none. `progress` is called with
    "deliveries" and how many were read.

    Raises `LoadError` where the path does not exist or holds no such file.
    """
    if (complete_from is None) is not (complete_until is None):
        raise LoadError(
            "complete_from and complete_until go together: from when until when is all there?"
        )
    repositories: set[str] = set()

    def seen(body: dict[str, Any]) -> None:
        """Remember the repository that a delivery is about."""
        repository = body.get("repository")
        address = repository.get("html_url") if isinstance(repository, dict) else None
        match = ADDRESS.match(address) if isinstance(address, str) else None
        if match:
            repositories.add(match[1].lower())

    def ledger() -> Iterator[Record]:
        """What a complete folder vouches for."""
        if complete_from and complete_until:
            for repository in sorted(repositories):
                for entity in VOUCHED:
                    yield landing.coverage(repository, entity, complete_from, complete_until)

    return load_folder("github", path, named=named, seen=seen, ledger=ledger, progress=progress)


def named(name: str) -> dict[str, str]:
    """The header that a file's or a folder's name stands for, where it is an event's."""
    return {"x-github-event": name} if events.is_event(name) else {}
