"""Where a kill would hurt most, by name: between two things that must both happen, or neither."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


def always(*_: Any) -> bool:
    """Every call counts."""
    return True


@dataclass(frozen=True)
class Point:
    """Before or after the `nth` call of `target` (`module:qualified.name`) that `where` is true of, in one command."""

    name: str
    command: Literal["serve", "load", "build", "publish", "report"]
    when: Literal["before", "after"]
    target: str
    nth: int = 1
    where: Callable[..., bool] = always


def is_segment(path: Path, *_: Any) -> bool:
    """A sealed segment of the spool."""
    return path.suffix == ".jsonl" and path.stem.isdigit()


def is_draft(path: Path, *_: Any) -> bool:
    """The published database before it has its name."""
    return path.name.startswith(".engops.")


def is_receiving(folder: Path) -> bool:
    """A source's folder of the spool, with a segment that is being written."""
    return (folder / "receiving.jsonl").exists()


def is_just_sealed(folder: Path) -> bool:
    """A source's folder of the spool, in which nothing is being written."""
    return any(map(is_segment, folder.iterdir())) and not is_receiving(folder)


def is_drained(folder: Path) -> bool:
    """A source's folder of the spool, from which sealed segments have been removed."""
    return (folder / "last").exists() and not any(map(is_segment, folder.iterdir()))


def records_run(_: Any, sql: str, *__: Any) -> bool:
    """dbt notes which run this is."""
    return "runs.latest" in sql


SPOOL = "pipelines.webhooks.spool"
SEGMENTS = "pipelines.webhooks.segments"
DBT = "dbt.adapters.sql.connections:SQLConnectionManager"

POINTS = (
    # spool
    Point(
        "segment created, folder not synced",
        "serve",
        "before",
        f"{SEGMENTS}:sync_folder",
        1,
        is_receiving,
    ),
    Point("delivery written, not synced", "serve", "before", f"{SEGMENTS}:sync", 2),
    Point("delivery synced, not acknowledged", "serve", "after", f"{SEGMENTS}:sync", 2),
    # drain
    Point(
        "segment sealed, folder not synced",
        "load",
        "before",
        f"{SEGMENTS}:sync_folder",
        1,
        is_just_sealed,
    ),
    Point("extracted, not normalised", "load", "after", "dlt.pipeline.pipeline:Pipeline.extract"),
    Point("normalised, not loaded", "load", "after", "dlt.pipeline.pipeline:Pipeline.normalize"),
    Point(
        "table committed, job not marked",
        "load",
        "after",
        "dlt.destinations.impl.duckdb.duck:DuckDbCopyJob.run",
        2,
    ),
    Point(
        "load committed, package not marked",
        "load",
        "after",
        "dlt.destinations.job_client_impl:SqlJobClientBase.complete_load",
    ),
    Point("load marked, segments not removed", "load", "before", f"{SEGMENTS}:remove"),
    Point(
        "one segment removed, the next not", "load", "after", "pathlib:Path.unlink", 1, is_segment
    ),
    Point(
        "segments removed, folder not synced",
        "load",
        "before",
        f"{SEGMENTS}:sync_folder",
        1,
        is_drained,
    ),
    # build
    Point("run about to be noted", "build", "before", f"{DBT}.add_query", 1, records_run),
    Point("run noted, nothing built", "build", "after", f"{DBT}.add_query", 1, records_run),
    Point("model built, not committed", "build", "before", f"{DBT}.commit", 60),
    Point("model committed, the next not begun", "build", "after", f"{DBT}.commit", 90),
    Point("built and tested, not published", "build", "before", "pipelines.warehouse:publish"),
    # publish
    Point("draft written, not in place", "publish", "before", "pathlib:Path.replace", 1, is_draft),
    Point(
        "draft in place, folder not synced", "publish", "after", "pathlib:Path.replace", 1, is_draft
    ),
    # report
    Point("data written, nothing rendered", "report", "before", "pipelines.report:_build"),
    Point("rendered, not in place", "report", "before", "pipelines.report:_swap"),
    Point("in place, the former not removed", "report", "after", "pipelines.report:_exchange"),
)

# What a process is doing, by the function that it entered last.
STEPS: dict[str, dict[str, str]] = {
    "serve": {
        f"{SPOOL}:Spool.start": "starting",
        f"{SEGMENTS}:Receiving.append": "writing",
        f"{SEGMENTS}:sync": "syncing",
        f"{SPOOL}:Spool._resolve": "acknowledging",
    },
    "load": {
        "pipelines.warehouse:writing": "beginning",
        f"{SEGMENTS}:seal": "sealing",
        "pipelines.landing:resumed": "resuming",
        "dlt.pipeline.pipeline:Pipeline.extract": "extracting",
        "dlt.pipeline.pipeline:Pipeline.normalize": "normalising",
        "dlt.pipeline.pipeline:Pipeline.load": "loading",
        "dlt.destinations.job_client_impl:SqlJobClientBase.complete_load": "completing",
        f"{SEGMENTS}:remove": "removing",
    },
    "build": {
        "pipelines.warehouse:writing": "beginning",
        "pipelines.warehouse:build": "building",
        "pipelines.warehouse:publish": "publishing",
    },
    "publish": {
        "pipelines.warehouse:writing": "beginning",
        "pipelines.warehouse:audit": "auditing",
        "pipelines.warehouse:_copy_marts": "copying",
        "pipelines.disk:sync_file": "replacing",
    },
    "report": {
        "pipelines.report:_prepare": "preparing",
        "pipelines.report:_build": "rendering",
        "pipelines.report:_audit": "auditing",
        "pipelines.report:_swap": "replacing",
    },
}
