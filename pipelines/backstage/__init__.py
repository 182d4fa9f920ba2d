"""The Backstage source: the entities of `catalog-info.yaml` files → raw_backstage.entities."""

from pathlib import Path

import dlt

from pipelines import files
from pipelines.backstage import catalogue, entities
from pipelines.landing import LoadError, LoadSummary, Progress

__all__ = ["configured", "load", "reach"]


def configured() -> bool:
    """True where `[sources.backstage]` names folders."""
    return bool(dlt.config.get("sources.backstage.paths", list))


def reach() -> None:
    """Look for the folders; raises `LoadError` where one is not there."""
    for path in dlt.config.get("sources.backstage.paths", list) or []:
        files.reached(path)


def load(
    *,
    path: Path | str | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new, changed or gone in the folders that are configured, or in the one that is named.

    A folder that is named adds to the catalogue and takes nothing for gone. Raises `LoadError` where there is none.
    """
    named = [path] if path else dlt.config.get("sources.backstage.paths", list) or []
    if not named:
        raise LoadError(
            "paths are missing: write the folders of your clones into [sources.backstage] of .dlt/config.toml"
        )
    found = catalogue.read([Path(one).expanduser() for one in named])
    return entities.land(found, is_whole=path is None, full_refresh=full_refresh)
