"""The Prometheus source: Alertmanager's webhooks, OpenSLO files, and what Prometheus counts → raw_prometheus."""

from datetime import datetime
from pathlib import Path

import dlt

from pipelines import files, rest
from pipelines.landing import LoadError, LoadSummary, Progress
from pipelines.prometheus import api, definitions, openslo
from pipelines.prometheus.questions import questions
from pipelines.webhooks.folder import load_folder

__all__ = ["configured", "load", "reach"]


def configured() -> bool:
    """True where `[sources.prometheus]` names a folder of OpenSLO files."""
    return bool(dlt.config.get("sources.prometheus.openslo", str))


def reach() -> None:
    """Look for the folder, and ask Prometheus where one is named; raises `LoadError` where either does not do."""
    files.reached(dlt.config.get("sources.prometheus.openslo", str))
    if dlt.config.get("sources.prometheus.base_url", str):
        rest.reach(api.server(), "api/v1/query", {"query": "vector(1)"})


def load(
    *,
    webhooks: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land recorded webhooks where a path is given, else the OpenSLO files and what Prometheus counted since.

    Raises `LoadError` where the folder or Prometheus cannot be read.
    """
    if webhooks is not None:
        return load_folder("prometheus", webhooks, progress=progress)
    path = dlt.config.get("sources.prometheus.openslo", str)
    if not path:
        raise LoadError(
            "openslo is missing: write the folder of your OpenSLO files into [sources.prometheus] of .dlt/config.toml"
        )
    folder = Path(path).expanduser()
    found = openslo.read(folder)
    defined = definitions.land(found, full_refresh=full_refresh)
    asked, notes = questions(found.definitions, api.step())
    counted = LoadSummary("prometheus", {})
    base_url = dlt.config.get("sources.prometheus.base_url", str)
    if asked and base_url:
        counted = api.load_api(asked, since=since, full_refresh=full_refresh, progress=progress)
    return LoadSummary(
        "prometheus",
        {**defined.rows, **counted.rows},
        (
            *found.problems,
            *files.unread(folder, openslo.NAMES),
            *defined.notes,
            *notes,
            *counted.notes,
        ),
    )
